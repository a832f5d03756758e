import { useEffect, useMemo } from 'preact/hooks';
import { prepare } from '../../client/tributary.ts';
import { Button } from '../controls/button.tsx';
import { DeviceMenus } from '../controls/deviceMenus.tsx';
import { Mark } from '../controls/icons.tsx';
import { NameField } from '../controls/nameField.tsx';
import { PreviewPicture } from '../controls/previewPicture.tsx';
import { RegionMenu } from '../controls/regionMenu.tsx';
import { ShortcutsSheet } from '../controls/shortcutsSheet.tsx';
import { navigate } from '../router.ts';
import { LobbyPreview } from '../state/lobbyPreview.ts';
import type { OwnTracks } from '../state/publishing.ts';
import { ownName } from '../state/remembered.ts';
import type { Start } from '../state/remembered.ts';
import { wantedRegion } from '../state/regions.ts';
import { useShortcuts } from '../state/shortcuts.ts';

interface LobbyProps {
  room: string;
  cohost: boolean;
  onGo: (start: Start, tracks: OwnTracks) => void;
}

/** Before going live: see oneself, be heard, choose devices, say who one is. */
export function Lobby({ room, cohost, onGo }: LobbyProps) {
  const preview = useMemo(() => new LobbyPreview(), []);
  const region = wantedRegion();
  useEffect(() => {
    // What going live would have to wait for; a failure shows when it is really needed.
    prepare(undefined, region).catch(() => undefined);
  }, [region]);
  useEffect(() => {
    void preview.open({ microphone: true, camera: true });
    return () => preview.close();
  }, [preview]);
  const toggle = (source: 'microphone' | 'camera') => void preview.setOn(source, !preview[source].value.on);
  useShortcuts({ m: () => toggle('microphone'), v: () => toggle('camera') });
  const name = ownName.value.trim();
  const go = () =>
    onGo({ microphone: preview.microphone.value.on, camera: preview.camera.value.on }, preview.handOver());
  const without = [preview.camera.value, preview.microphone.value].every((source) => source.track === null);
  return (
    <div class="lobby">
      <header class="lobby-head">
        <a
          href="/"
          class="home-link"
          onClick={(event) => {
            event.preventDefault();
            navigate('/');
          }}
        >
          <Mark />
          <span>Tributary</span>
        </a>
      </header>
      <main class="lobby-main">
        <PreviewPicture preview={preview} name={name} />
        <form
          class="lobby-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (name !== '') go();
          }}
        >
          <div class="lobby-title">
            <h1>{cohost ? 'Ready to join?' : 'Ready to go live?'}</h1>
            <p title={room}>{room}</p>
          </div>
          <NameField
            testId="own-name"
            placeholder="What people should call you"
            value={ownName.value}
            onInput={(typed) => (ownName.value = typed)}
          />
          <div class="devices">
            <DeviceMenus onChosen={(source, deviceId) => void preview.choose(source, deviceId)} />
            <RegionMenu />
          </div>
          <Button
            testId="lobby-go-live"
            look="primary"
            type="submit"
            disabled={name === ''}
            onClick={() => undefined}
          >
            {cohost ? 'Join the stage' : 'Go live'}
          </Button>
          <p class="lobby-note">
            {without
              ? 'You start without picture and sound; you can turn them on later.'
              : 'Nobody sees you before you go live.'}
          </p>
        </form>
      </main>
      <ShortcutsSheet keys={lobbyKeys} />
    </div>
  );
}

const lobbyKeys = [
  ['M', 'Microphone on or off'],
  ['V', 'Camera on or off'],
] as const;
