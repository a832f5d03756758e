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
  #meter: { level(): number; close(): void } | null = null;
  #closed = false;

  /** Loudness of the microphone now, 0 to 1. */
  readonly level = (): number => this.#meter?.level() ?? 0;

  /** Asks for both devices; each may fail for itself. */
  async open(wanted: Start): Promise<void> {
    await Promise.all([this.setOn('camera', wanted.camera), this.setOn('microphone', wanted.microphone)]);
  }

  async setOn(source: DeviceSource, on: boolean): Promise<void> {
    const state = this[source];
    this.#release(source);
    state.value = { ...off, on };
    if (!on) return;
    try {
      const deviceId = chosenDevices[source].peek();
      const track = await openDevice(source, deviceId === '' ? undefined : deviceId);
      if (this.#closed || !state.peek().on || state.peek().track !== null) {
        track.stop();
        return;
      }
      if (source === 'microphone') this.#meter = trackLevel(track);
      state.value = { on, track, problem: null };
      await refreshDevices();
    } catch (problem) {
      const code = problem instanceof TributaryError ? problem.code : 'unknown';
      state.value = { on: false, track: null, problem: code };
    }
  }

  /** Another device was chosen. */
  async choose(source: DeviceSource, deviceId: string): Promise<void> {
    chosenDevices[source].value = deviceId;
    if (this[source].peek().on) await this.setOn(source, true);
  }

  /** Gives the tracks away, running, to be published. */
  handOver(): OwnTracks {
    const tracks: OwnTracks = {};
    for (const source of ['camera', 'microphone'] as const) {
      const { track } = this[source].peek();
      if (track !== null) tracks[source] = track;
      this[source].value = { ...this[source].peek(), track: null };
    }
    this.close();
    return tracks;
  }

  /** Lets the devices go. */
  close(): void {
    this.#closed = true;
    this.#release('camera');
    this.#release('microphone');
  }

  #release(source: DeviceSource): void {
    this[source].peek().track?.stop();
    if (source === 'camera') return;
    this.#meter?.close();
    this.#meter = null;
  }
}
