import { useState } from 'preact/hooks';
import { Button, IconButton } from '../controls/button.tsx';
import { addressOf } from '../router.ts';
import { givenToken } from '../state/accessToken.ts';
import { say } from '../state/notices.ts';

const copiedMs = 2000;

/** The links that bring people into a room. Where an app gives access, a link of ours without a token would be dead. */
export function RoomLinks({ room }: { room: string }) {
  if (givenToken() !== undefined) {
    return (
      <p class="links-elsewhere" data-testid="links-elsewhere">
        Links for this room come from the app that gave you yours: each carries its own access.
      </p>
    );
  }
  return (
    <div class="links">
      <RoomLink
        testId="copy-viewer-link"
        title="To watch"
        note="Anyone with this link can watch and ask to join"
        address={addressOf('watch', room)}
      />
      <RoomLink
        testId="copy-cohost-link"
        title="To be on stage"
        note="For co-hosts: they come on stage at once"
        address={addressOf('host', room, 'cohost')}
      />
    </div>
  );
}

interface RoomLinkProps {
  testId: string;
  title: string;
  note: string;
  address: string;
}

function RoomLink({ testId, title, note, address }: RoomLinkProps) {
  const [copied, setCopied] = useState(false);
  const url = new URL(address, location.origin).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
      setTimeout(() => setCopied(false), copiedMs);
    } catch {
      say('The browser did not let the link be copied; select it and copy it by hand.', 'bad');
    }
  };
  const share = () => void navigator.share({ title: 'Tributary', url }).catch(() => undefined);
  return (
    <div class="link">
      <div class="link-words">
        <strong>{title}</strong>
        <small>{note}</small>
      </div>
      <div class="link-row">
        <input
          class="link-address"
          type="text"
          readOnly
          value={url}
          aria-label={`Link: ${title}`}
          onFocus={(event) => event.currentTarget.select()}
        />
        {'share' in navigator && (
          <IconButton testId={`${testId}-share`} icon="share" label="Share" onClick={share} />
        )}
        <Button testId={testId} icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </div>
  );
}
