import { canChooseSpeaker } from './browserSupport.ts';
import { deviceError } from './deviceErrors.ts';
import { listDevices, watchDevices } from './devices.ts';
import { TributaryError } from './tributaryError.ts';

/** The browser's own choice. */
const standard = '';

/** The loudspeaker by which attached sound is heard, also the sound that is attached later. */
export class SpeakerChoice {
  readonly #elements = new Set<HTMLAudioElement>();
  #deviceId = standard;
  #stopWatching: (() => void) | undefined;

  /** Rejects with a `TributaryError` where that device cannot be used, and leaves everything as it was. */
  async choose(deviceId: string): Promise<void> {
    if (!canChooseSpeaker()) throw new TributaryError('unsupported-browser', 'choice of a loudspeaker');
    const before = this.#deviceId;
    this.#deviceId = deviceId;
    try {
      await Promise.all([...this.#elements].map((element) => element.setSinkId(deviceId)));
    } catch (error) {
      if (this.#deviceId === deviceId) this.#deviceId = before;
      this.#playBy(this.#deviceId);
      throw deviceError(error);
    }
    this.#stopWatching ??= watchDevices(() => void this.#followDevices().catch(() => undefined));
  }

  add(element: HTMLAudioElement): void {
    this.#elements.add(element);
    // One that is not there leaves the element with the browser's own.
    if (this.#deviceId !== standard) element.setSinkId(this.#deviceId).catch(() => undefined);
  }

  remove(element: HTMLAudioElement): void {
    this.#elements.delete(element);
  }

  close(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  /** A device that is pulled out would leave silence behind; plugged in again, it is what was chosen. */
  async #followDevices(): Promise<void> {
    const { speakers } = await listDevices();
    const present = speakers.some(({ deviceId }) => deviceId === this.#deviceId);
    this.#playBy(present ? this.#deviceId : standard);
  }

  #playBy(deviceId: string): void {
    for (const element of this.#elements) element.setSinkId(deviceId).catch(() => undefined);
  }
}
