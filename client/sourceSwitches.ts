import type { MediaIntent } from '../protocol/roomView.ts';
import { acceptedIntent, afterStale, mayFlow, newerIntent } from './intentFollowing.ts';
import type { Toggle } from './intentFollowing.ts';
import { Serial } from './serial.ts';
import type { Ask } from './signalConnection.ts';
import { TributaryError } from './tributaryError.ts';
import type { ConnectOptions } from './types.ts';

export type { Toggle } from './intentFollowing.ts';

export interface SwitchParts {
  ask: Ask;
  /** Makes the source do what `isOn` says. */
  follow(source: Toggle): void;
  turnOn(source: Toggle): Promise<void>;
}

const toggles = ['microphone', 'camera'] as const;

/** Microphone and camera on or off: the server keeps the intent, the tracks follow it. */
export class SourceSwitches {
  readonly #parts: SwitchParts;
  readonly #serial = new Serial();
  /** What the person asked for last, for as long as the server does not have it. */
  readonly #wishes = new Map<Toggle, boolean>();
  #intent: MediaIntent | undefined;
  /** The last we knew, kept when the seat is lost. */
  #lastKnown: MediaIntent | undefined;

  constructor(parts: SwitchParts) {
    this.#parts = parts;
  }

  isOn(source: Toggle): boolean {
    return mayFlow(this.#intent, this.#wishes.get(source), source);
  }

  /**
   * How a new seat is to start: as the last one was, or as `first` says before there was any. A server that has forgotten
   * the seat would otherwise start it anew, and a muted person would be heard.
   */
  wanted(first: ConnectOptions['start']): ConnectOptions['start'] {
    const known = this.#lastKnown;
    if (known === undefined) return first;
    const on = (source: Toggle): boolean => this.#wishes.get(source) ?? known[source];
    return { microphone: on('microphone'), camera: on('camera') };
  }

  /** What the room says; `undefined` while we have no seat. */
  follow(seen: MediaIntent | undefined): void {
    this.#intent = newerIntent(this.#intent, seen);
    this.#lastKnown = this.#intent ?? this.#lastKnown;
    // What was wished on a seat ends with it.
    if (seen === undefined) this.#wishes.clear();
    for (const source of toggles) this.#parts.follow(source);
  }

  /** After a return the room's word counts whatever its version; an "off" it did not hear is told again. */
  restart(seen: MediaIntent | undefined): void {
    this.#intent = undefined;
    this.follow(seen);
    for (const source of toggles) {
      if (this.#wishes.get(source) === false && seen?.[source])
        void this.set(source, false).catch(() => undefined);
    }
  }

  async set(source: Toggle, on: boolean): Promise<void> {
    this.#wishes.set(source, on);
    if (!on) this.#parts.follow(source);
    await this.#serial.run(() => this.#apply(source, on));
  }

  async #apply(source: Toggle, on: boolean): Promise<void> {
    if (this.#wishes.get(source) === !on) return; // changed his mind meanwhile
    try {
      await this.#tell(source, on);
    } catch (error) {
      // An "off" that was not heard stays a wish; an "on" that was refused is over.
      if (on && this.#wishes.get(source)) this.#wishes.delete(source);
      throw error;
    }
    if (this.#wishes.get(source) === on) this.#wishes.delete(source);
    this.#parts.follow(source);
    if (!on || !this.isOn(source)) return;
    try {
      await this.#parts.turnOn(source);
    } catch (error) {
      // Nobody should wait for a picture that does not come.
      await this.#tell(source, false).catch(() => undefined);
      throw error;
    }
  }

  async #tell(source: Toggle, on: boolean): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const { version, [source]: now, locked } = this.#seat();
      if (now === on) return;
      if (on && locked[source]) throw new TributaryError('muted-by-host');
      try {
        const answer = await this.#parts.ask('intent.set', { version, [source]: on });
        if (this.#intent !== undefined) {
          this.#intent = acceptedIntent(this.#intent, source, on, answer.version);
          this.#lastKnown = this.#intent;
        }
        return;
      } catch (error) {
        const stale = error instanceof TributaryError && error.code === 'stale-intent';
        if (!stale || attempt > 0) throw error;
        const next = afterStale(this.#intent, source, on);
        if (next === 'done') return;
        if (next === 'locked') throw new TributaryError('muted-by-host');
      }
    }
  }

  #seat(): MediaIntent {
    if (this.#intent === undefined) throw new TributaryError('not-on-stage');
    return this.#intent;
  }
}
