import type { DeviceSource } from './devices.ts';
import type { Session } from './session.ts';

/** Another camera or microphone was chosen: on stage it is used at once, else from the next seat on. */
export function switchDevice(session: Session, source: DeviceSource, deviceId: string): void {
  if (session.onStage.peek()) void session.attempt(session.room.peek()?.switchDevice(source, deviceId));
}
