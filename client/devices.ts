import { deviceError } from './deviceErrors.ts';
import { TributaryError } from './tributaryError.ts';
import type { PublishVideoOptions } from './types.ts';

/** A camera, microphone or loudspeaker. `label` is empty until the person has allowed one of its kind. */
export interface Device {
  deviceId: string;
  label: string;
}
export interface Devices {
  cameras: Device[];
  microphones: Device[];
  /** Where the browser lets the page choose one. */
  speakers: Device[];
}

type Capture = Pick<PublishVideoOptions, 'width' | 'height' | 'frameRate'>;

/** Tracks that were opened here: whoever publishes them has to let their devices go in the end. */
const opened = new WeakSet<MediaStreamTrack>();

/** The devices there are now. */
export async function listDevices(): Promise<Devices> {
  const all = await mediaDevices().enumerateDevices();
  const ofKind = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map(({ deviceId, label }) => ({ deviceId, label }));
  return {
    cameras: ofKind('videoinput'),
    microphones: ofKind('audioinput'),
    speakers: ofKind('audiooutput'),
  };
}

/** Tells when a device was plugged in or out; the answer stops it. */
export function watchDevices(listener: () => void): () => void {
  const stop = new AbortController();
  // Undefined on an insecure page, whatever the compiler thinks.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', () => listener(), { signal: stop.signal });
  return () => stop.abort();
}

/**
 * Opens a camera or microphone, for a preview or to be published. Given to `publishCamera` or `publishMicrophone` it
 * belongs to the room, which lets the device go; until then, `stop()` it yourself.
 */
export async function openDevice(
  source: 'camera' | 'microphone',
  deviceId?: string,
  capture: Capture = {},
): Promise<MediaStreamTrack> {
  const devices = mediaDevices();
  const constraints = source === 'camera' ? cameraConstraints(capture) : microphoneConstraints;
  const open = async (exact?: string): Promise<MediaStreamTrack> => {
    const wanted = exact === undefined ? constraints : { ...constraints, deviceId: { exact } };
    const stream = await devices.getUserMedia(source === 'camera' ? { video: wanted } : { audio: wanted });
    return ours(stream.getTracks()[0]);
  };
  try {
    if (deviceId === undefined || deviceId === '') return await open();
    // A device remembered from another day may be gone.
    return await open(deviceId).catch((error: unknown) => {
      if (deviceError(error).code === 'no-device') return open();
      throw error;
    });
  } catch (error) {
    throw deviceError(error);
  }
}

/** Lets the person choose a screen, with its sound where the browser offers that. */
export async function openScreen(
  capture: Capture = {},
): Promise<{ video: MediaStreamTrack; audio: MediaStreamTrack | undefined }> {
  const devices = mediaDevices();
  if (!('getDisplayMedia' in devices)) throw new TributaryError('unsupported-browser', 'screen sharing');
  const { width = 1920, height = 1080, frameRate = 15 } = capture;
  try {
    const stream = await devices.getDisplayMedia({
      video: { width: { max: width }, height: { max: height }, frameRate: { ideal: frameRate, max: 30 } },
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    const [audio] = stream.getAudioTracks();
    return { video: ours(stream.getVideoTracks()[0]), audio: audio && ours(audio) };
  } catch (error) {
    throw deviceError(error, true);
  }
}

/** Ends a track that was opened here; an app's own track is the app's to end. */
export function release(track: MediaStreamTrack | null | undefined): void {
  if (track && opened.has(track)) track.stop();
}

/** Whether a track was opened here. */
export function isOurs(track: MediaStreamTrack): boolean {
  return opened.has(track);
}

function ours(track: MediaStreamTrack | undefined): MediaStreamTrack {
  if (track === undefined) throw new TributaryError('no-device');
  opened.add(track);
  return track;
}

function mediaDevices(): MediaDevices {
  // Undefined on an insecure page, whatever the compiler thinks.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined)
    throw new TributaryError(isSecureContext ? 'unsupported-browser' : 'insecure-page');
  return devices;
}

const microphoneConstraints: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

function cameraConstraints({ width = 1280, height = 720, frameRate = 30 }: Capture): MediaTrackConstraints {
  return { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: frameRate } };
}
