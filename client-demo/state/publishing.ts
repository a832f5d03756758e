import type { LocalFeed, TributaryRoom } from '../../client/tributary.ts';
import { chosenDevices } from './remembered.ts';
import type { Start } from './remembered.ts';
import type { Session } from './session.ts';
import { until } from './until.ts';

const seatMs = 5000;

export interface OwnTracks {
  camera?: MediaStreamTrack;
  microphone?: MediaStreamTrack;
}

/** Sends what the server remembers we want to send: after going live, and after a reload. Off stage, nothing. */
export async function publishIntended(session: Session, tracks: OwnTracks = {}): Promise<void> {
  const intent = session.onStage.peek() ? await seatedIntent(session) : undefined;
  if (intent === undefined) return stopTracks(tracks);
  await publishChosen(session, intent, tracks);
}

/**
 * Sends what was chosen on the way to the stage; a source that cannot be had is told as off, so nobody waits for it.
 * The tracks are this function's from now on: none that the room did not take goes on running.
 */
export async function publishChosen(session: Session, wanted: Start, tracks: OwnTracks = {}): Promise<void> {
  const room = session.room.peek();
  try {
    const intent = await seatedIntent(session);
    if (room === null || intent === undefined) return;
    const camera = async () => {
      const sent =
        wanted.camera && (await session.attempt(room.publishCamera(sourceOptions('camera', tracks.camera))));
      if (sent !== intent.camera) await session.attempt(room.setCamera(sent));
      if (!sent) rememberDevice(room, 'camera');
    };
    const microphone = async () => {
      const sent =
        wanted.microphone &&
        (await session.attempt(room.publishMicrophone(sourceOptions('microphone', tracks.microphone))));
      if (sent !== intent.microphone) await session.attempt(room.setMicrophone(sent));
      if (!sent) rememberDevice(room, 'microphone');
    };
    await Promise.all([camera(), microphone()]);
  } finally {
    stopTracks(tracks, room?.localFeeds);
  }
}

/** Lets the devices of tracks go, but for those that are being sent. */
export function stopTracks(tracks: OwnTracks, sent: readonly LocalFeed[] = []): void {
  for (const track of [tracks.camera, tracks.microphone])
    if (!sent.some((feed) => feed.track === track)) track?.stop();
}

/** A source that starts off is turned on with the device chosen before; one that is gone by then is no failure now. */
function rememberDevice(room: TributaryRoom, source: 'camera' | 'microphone'): void {
  const deviceId = chosenDevices[source].peek();
  if (deviceId !== '') void room.switchDevice(source, deviceId).catch(() => undefined);
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
