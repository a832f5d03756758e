import { useEffect } from 'preact/hooks';
import { canChooseSpeaker } from '../../client/tributary.ts';
import { say } from './notices.ts';
import { chosenSpeaker } from './remembered.ts';
import type { Session } from './session.ts';

/** Plays everybody's sound by the speaker that was chosen, today or another day. */
export function useChosenSpeaker(session: Session): void {
  const room = session.room.value;
  const deviceId = chosenSpeaker.value;
  useEffect(() => {
    if (room === null || !canChooseSpeaker()) return;
    room.setSpeaker(deviceId).catch(() => {
      say('That speaker cannot be used; you hear the browser’s own.');
      chosenSpeaker.value = '';
    });
  }, [room, deviceId]);
}
