import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { LobbyPreview } from '../state/lobbyPreview.ts';
import { isNameless } from '../state/naming.ts';
import { publishChosen, stopTracks } from '../state/publishing.ts';
import { ownName } from '../state/remembered.ts';
import type { Session } from '../state/session.ts';
import { Button } from './button.tsx';
import { DeviceMenus } from './deviceMenus.tsx';
import { Dialog } from './dialog.tsx';
import { NameField } from './nameField.tsx';
import { PreviewPicture } from './previewPicture.tsx';

interface StageSheetProps {
  session: Session;
  /** Joins again under the name given just now; where everybody has a name already there is no such way. */
  onRename?: () => Promise<void>;
}

/** The step between the audience and the stage: an invitation, or a request that was accepted. */
export function StageSheet({ session, onRename }: StageSheetProps) {
  const onStage = session.onStage.value;
  const invitation = session.self.value?.invitation;
  const arrived = useSignal(false);
  const wasOnStage = useRef(onStage);
  /** An invitation was accepted in the sheet: its seat is taken without asking once more. */
  const agreed = useRef(false);
  useEffect(() => {
    arrived.value = onStage && !wasOnStage.current && !agreed.current;
    wasOnStage.current = onStage;
    if (onStage) agreed.current = false;
  }, [onStage, arrived]);
  if (!arrived.value && (invitation === undefined || onStage)) return null;
  return (
    <GoingOnStage
      key={arrived.value ? 'arrived' : 'invited'}
      session={session}
      invitedBy={arrived.value ? undefined : invitation?.byName}
      onRename={onRename}
      onAgreed={(yes) => {
        agreed.current = yes;
        arrived.value = false;
      }}
    />
  );
}

interface GoingOnStageProps {
  session: Session;
  invitedBy: string | undefined;
  onRename: (() => Promise<void>) | undefined;
  onAgreed: (yes: boolean) => void;
}

function GoingOnStage({ session, invitedBy, onRename, onAgreed }: GoingOnStageProps) {
  const preview = useMemo(() => new LobbyPreview(), []);
  const [namesHimself] = useState(() => onRename !== undefined && isNameless(session));
  const [name, setName] = useState('');
  const [going, setGoing] = useState(false);
  useEffect(() => {
    void preview.open({ microphone: true, camera: true });
    return () => preview.close();
  }, [preview]);
  const invited = invitedBy !== undefined;
  const go = async () => {
    setGoing(true);
    if (namesHimself) {
      // The name comes before the seat: on stage it stays as it is.
      ownName.value = name.trim();
      await onRename?.();
    }
    const start = { microphone: preview.microphone.value.on, camera: preview.camera.value.on };
    const tracks = preview.handOver();
    onAgreed(invited);
    const joined = !invited || (await session.attempt(session.room.peek()?.acceptInvitation()));
    if (joined) return publishChosen(session, start, tracks);
    onAgreed(false);
    stopTracks(tracks);
    setGoing(false);
    // The stage is full just now, say: the invitation stands, and so does the sheet.
    void preview.open(start);
  };
  const decline = () => {
    const room = session.room.peek();
    void session.attempt(invited ? room?.declineInvitation() : room?.leaveStage());
  };
  return (
    <Dialog
      title={invited ? `${invitedBy} invites you on stage` : 'You are going on stage'}
      open
      onClose={decline}
      testId="stage-sheet"
      plain
      unasked
    >
      <form
        class="stage-sheet"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <PreviewPicture
          preview={preview}
          name={namesHimself ? name.trim() : (session.self.value?.name ?? '')}
        />
        {namesHimself && (
          <NameField
            testId="stage-name"
            placeholder="What people should call you"
            value={name}
            onInput={setName}
          />
        )}
        <DeviceMenus onChosen={(source, deviceId) => void preview.choose(source, deviceId)} />
        <footer class="dialog-actions">
          <Button testId="stage-decline" onClick={decline}>
            Not now
          </Button>
          <Button
            testId="stage-go"
            look="primary"
            type="submit"
            disabled={going || (namesHimself && name.trim() === '')}
          >
            Go on stage
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
