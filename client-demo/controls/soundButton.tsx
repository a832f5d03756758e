import type { Signal } from '@preact/signals';
import type { Sound } from '../stage/audioFeeds.tsx';
import type { Session } from '../state/session.ts';
import { Icon } from './icons.tsx';

/** The one large button of a page that may not sound yet. */
export function SoundButton({ session, sound }: { session: Session; sound: Signal<Sound> }) {
  const heard = session.feeds.value.some((feed) => feed.kind === 'audio');
  const quiet = sound.value === 'blocked' || (sound.value === 'off' && heard);
  if (!quiet) return null;
  return (
    <button
      type="button"
      class="tap-for-sound"
      data-testid="tap-for-sound"
      onClick={(event) => {
        event.stopPropagation();
        sound.value = 'on';
      }}
    >
      <Icon name="soundOff" />
      Tap for sound
    </button>
  );
}
