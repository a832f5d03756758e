import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { openDevice, trackLevel, TributaryError } from '../../client/tributary.ts';
import { refreshDevices } from './devices.ts';
import type { DeviceSource } from './devices.ts';
import type { OwnTracks } from './publishing.ts';
import { chosenDevices } from './remembered.ts';
import type { Start } from './remembered.ts';

export interface PreviewSource {
  /** Wanted at the start. Turned off by itself when the device cannot be had. */
  on: boolean;
  track: MediaStreamTrack | null;
  /** The code of what went wrong. */
  problem: string | null;
}

const off: PreviewSource = { on: false, track: null, problem: null };

/** One's own camera and microphone before anybody else sees or hears them. */
export class LobbyPreview {
  readonly camera: Signal<PreviewSource> = signal(off);
  readonly microphone: Signal<PreviewSource> = signal(off);
  readonly #open: typeof openDevice;
  /** Counts what was asked of each source; an answer to an older question is let go. */
  readonly #turns = { camera: 0, microphone: 0 };
  #meter: { level(): number; close(): void } | null = null;
  #closed = false;

  constructor(open = openDevice) {
    this.#open = open;
  }

  /** Loudness of the microphone now, 0 to 1. */
  readonly level = (): number => this.#meter?.level() ?? 0;

  /** Asks for both devices; each may fail for itself. */
  async open(wanted: Start): Promise<void> {
    await Promise.all([this.setOn('camera', wanted.camera), this.setOn('microphone', wanted.microphone)]);
  }

  async setOn(source: DeviceSource, on: boolean): Promise<void> {
    const state = this[source];
    this.#turns[source] += 1;
    const turn = this.#turns[source];
    this.#release(source);
    state.value = { ...off, on };
    if (!on || this.#closed) return;
    const deviceId = chosenDevices[source].peek();
    let track: MediaStreamTrack;
    try {
      track = await this.#open(source, deviceId === '' ? undefined : deviceId);
    } catch (problem) {
      const code = problem instanceof TributaryError ? problem.code : 'unknown';
      if (this.#turns[source] === turn) state.value = { on: false, track: null, problem: code };
      return;
    }
    // Turned off, changed or let go meanwhile: what was wanted last counts, whichever device opened last.
    if (this.#turns[source] !== turn) return track.stop();
    state.value = { on, track, problem: null };
    if (source === 'microphone') this.#meter = trackLevel(track);
    // Now they have names.
    await refreshDevices().catch(() => undefined);
  }

  /** Another device was chosen. */
  async choose(source: DeviceSource, deviceId: string): Promise<void> {
    chosenDevices[source].value = deviceId;
    if (this[source].peek().on) await this.setOn(source, true);
  }

  /** Gives the tracks away, running, to be published; what is still opening is let go. */
  handOver(): OwnTracks {
    const tracks: OwnTracks = {};
    for (const source of ['camera', 'microphone'] as const) {
      const { track } = this[source].peek();
      if (track !== null) tracks[source] = track;
      // From here on the track is not ours to stop.
      this[source].value = { ...this[source].peek(), track: null };
      this.#letGo(source);
    }
    return tracks;
  }

  /** Lets the devices go. */
  close(): void {
    this.#closed = true;
    this.#letGo('camera');
    this.#letGo('microphone');
  }

  #letGo(source: DeviceSource): void {
    this.#turns[source] += 1;
    this.#release(source);
  }

  #release(source: DeviceSource): void {
    this[source].peek().track?.stop();
    this[source].value = { ...this[source].peek(), track: null };
    if (source === 'camera') return;
    this.#meter?.close();
    this.#meter = null;
  }
}
