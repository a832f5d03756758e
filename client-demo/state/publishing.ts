import { chosenDevices } from './remembered.ts';
import type { Start } from './remembered.ts';
import type { Session } from './session.ts';
import { until } from './until.ts';

const seatMs = 5000;

export interface OwnTracks {
  camera?: MediaStreamTrack;
  microphone?: MediaStreamTrack;
}

/** Sends what the server remembers we want to send: after going live, and after a reload. */
export async function publishIntended(session: Session, tracks: OwnTracks = {}): Promise<void> {
  const intent = await seatedIntent(session);
  if (intent !== undefined) await publishChosen(session, intent, tracks);
}

/** Sends what was chosen on the way to the stage; a source that cannot be had is told as off, so nobody waits for it. */
export async function publishChosen(session: Session, wanted: Start, tracks: OwnTracks = {}): Promise<void> {
  const room = session.room.peek();
  const intent = await seatedIntent(session);
  if (room === null || intent === undefined) return;
  const camera = async () => {
    const sent =
      wanted.camera && (await session.attempt(room.publishCamera(sourceOptions('camera', tracks.camera))));
    if (sent !== intent.camera) await session.attempt(room.setCamera(sent));
  };
  const microphone = async () => {
    const sent =
      wanted.microphone &&
      (await session.attempt(room.publishMicrophone(sourceOptions('microphone', tracks.microphone))));
    if (sent !== intent.microphone) await session.attempt(room.setMicrophone(sent));
  };
  await Promise.all([camera(), microphone()]);
}

/** What our seat says is on; a seat taken just now may need a moment to be seen. */
async function seatedIntent(session: Session): Promise<Start | undefined> {
  await until(session.seat, (seat) => seat !== undefined, seatMs);
  return session.seat.peek()?.intent;
}

function sourceOptions(source: 'camera' | 'microphone', track: MediaStreamTrack | undefined) {
  if (track !== undefined) return { track };
  const deviceId = chosenDevices[source].peek();
  return deviceId === '' ? {} : { deviceId };
}

/** `mic=0` and `cam=0` of an address that starts by itself. */
export function startOf(params: URLSearchParams): Start {
  return { microphone: params.get('mic') !== '0', camera: params.get('cam') !== '0' };
}
