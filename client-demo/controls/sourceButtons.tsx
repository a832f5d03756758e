import type { Source } from '../../client/tributary.ts';
import { say } from '../state/notices.ts';
import type { Toggle } from '../state/ownSwitches.ts';
import type { Session } from '../state/session.ts';
import { IconButton } from './button.tsx';

/** What the person on stage does with his own microphone, camera and screen. */
export function ownSources(session: Session) {
  const isOn = (source: Toggle) => session.switches.isOn(source);
  const isLocked = (source: Toggle) => session.seat.value?.intent.locked[source] ?? false;
  const sharing = () => session.localFeeds.value.some((feed) => feed.source === 'screen');
  const toggle = (source: Toggle) => {
    if (session.seat.value === undefined) return;
    if (isLocked(source)) return say(`The host keeps your ${source} off. Ask to be allowed again.`);
    void session.switches.toggle(source);
  };
  const toggleScreen = () => {
    const room = session.room.value;
    if (room === null) return;
    if (!sharing()) return void session.attempt(room.publishScreen());
    const shared = session.localFeeds.value.filter((feed) => isScreen(feed.source));
    for (const feed of shared) void session.attempt(room.unpublish(feed.source));
  };
  return { isOn, isLocked, sharing, toggle, toggleScreen };
}

function isScreen(source: Source): boolean {
  return source === 'screen' || source === 'screen-audio';
}

export function SourceButtons({ session }: { session: Session }) {
  const { isOn, isLocked, sharing, toggle, toggleScreen } = ownSources(session);
  const canShare = 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;
  return (
    <>
      <IconButton
        testId="toggle-microphone"
        icon={isOn('microphone') ? 'microphone' : 'microphoneOff'}
        label={isLocked('microphone') ? 'Microphone, kept off by the host' : 'Microphone'}
        caption={isLocked('microphone') ? 'Kept off' : 'Mic'}
        pressed={isOn('microphone')}
        tone={isOn('microphone') ? 'normal' : 'off'}
        keys="M"
        onClick={() => toggle('microphone')}
      />
      <IconButton
        testId="toggle-camera"
        icon={isOn('camera') ? 'camera' : 'cameraOff'}
        label={isLocked('camera') ? 'Camera, kept off by the host' : 'Camera'}
        caption={isLocked('camera') ? 'Kept off' : 'Camera'}
        pressed={isOn('camera')}
        tone={isOn('camera') ? 'normal' : 'off'}
        keys="V"
        onClick={() => toggle('camera')}
      />
      {canShare && (
        <IconButton
          testId="toggle-screen"
          icon={sharing() ? 'screenOff' : 'screen'}
          label="Share the screen"
          caption="Screen"
          pressed={sharing()}
          tone={sharing() ? 'accent' : 'normal'}
          onClick={toggleScreen}
        />
      )}
    </>
  );
}
