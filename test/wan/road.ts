import { Random } from '../support/random.ts';
import type { Departures } from './departures.ts';
import { LineModel } from './lineModel.ts';
import type { RoadProfile, WayProfile } from './wanProfile.ts';

/** Datagrams, and pieces of streams, since the start. */
export interface WayCounts {
  passed: number;
  passedBytes: number;
  /** By the loss of the profile. A stream's piece comes through all the same, later. */
  lost: number;
  /** Datagrams for which the queue had no room. */
  overflowed: number;
  /** Datagrams that met a cut. */
  cutOff: number;
  /** Now on their way. */
  underway: number;
}

/** The shortest wait of Linux before it sends a TCP segment again, in addition to the round trip. */
const resendMs = 200;

/** One direction of a road; everything that goes that way shares its bandwidth and its queue. */
export class Way {
  readonly counts: WayCounts = { passed: 0, passedBytes: 0, lost: 0, overflowed: 0, cutOff: 0, underway: 0 };
  readonly #model: LineModel;
  readonly #departures: Departures;
  #isCut = false;
  #held: (() => void)[] = [];

  constructor(profile: WayProfile, seed: number, departures: Departures) {
    const random = new Random(seed);
    this.#model = new LineModel(profile, () => random.next());
    this.#departures = departures;
  }

  get profile(): WayProfile {
    return this.#model.profile;
  }
  get isCut(): boolean {
    return this.#isCut;
  }

  set(profile: WayProfile): void {
    this.#model.set(profile);
  }

  /** Lets nothing through: datagrams are lost, those on their way too, and streams stand still. */
  cut(): void {
    this.#isCut = true;
  }

  /** Streams go on where they stood, without the wait of a real sender's timer. */
  restore(): void {
    this.#isCut = false;
    for (const task of this.#held.splice(0)) task();
  }

  /** `deliver` is called when and if the datagram arrives; one that is not `losable` only the queue or a cut can stop. */
  datagram(bytes: number, deliver: () => void, losable = true): void {
    if (this.#isCut) {
      this.counts.cutOff++;
      return;
    }
    const fate = this.#model.offer(bytes, performance.now());
    if (fate.kind === 'overflow') {
      this.counts.overflowed++;
      return;
    }
    if (fate.kind === 'lost' && losable) {
      this.counts.lost++;
      return;
    }
    this.counts.underway++;
    this.#departures.at(fate.atMs, () => {
      this.counts.underway--;
      if (this.#isCut) {
        this.counts.cutOff++;
        return;
      }
      this.#countPassed(bytes);
      deliver();
    });
  }

  /** Resolves, as soon as the queue has room for the piece of a stream, with the time it arrives. */
  async streamArrivalMs(bytes: number): Promise<number> {
    for (;;) {
      const fate = this.#model.offer(bytes, performance.now());
      switch (fate.kind) {
        case 'arrives':
          return fate.atMs;
        case 'lost':
          this.counts.lost++;
          return fate.atMs + 2 * this.profile.delayMs + resendMs;
        case 'overflow':
          await new Promise<void>((resolve) => this.#departures.at(fate.roomAtMs, resolve));
          break;
        default:
          return fate satisfies never;
      }
    }
  }

  /** Calls `deliver` then, or after that when the way is no longer cut. */
  streamArrives(bytes: number, atMs: number, deliver: () => void): void {
    this.counts.underway++;
    const arrive = (): void => {
      this.counts.underway--;
      this.#countPassed(bytes);
      deliver();
    };
    this.#departures.at(atMs, () => {
      if (this.#isCut) this.#held.push(arrive);
      else arrive();
    });
  }

  #countPassed(bytes: number): void {
    this.counts.passed++;
    this.counts.passedBytes += bytes;
  }
}

/** The two ways between two places, seen from one of them. */
export class Road {
  readonly there: Way;
  readonly back: Way;

  constructor(there: Way, back: Way) {
    this.there = there;
    this.back = back;
  }

  static make(profile: RoadProfile, seed: number, departures: Departures): Road {
    // Far from the seeds of neighbours, so that no two ways lose the same packets.
    const backSeed = seed + 0x10_0000;
    return new Road(new Way(profile.there, seed, departures), new Way(profile.back, backSeed, departures));
  }

  set(profile: RoadProfile): void {
    this.there.set(profile.there);
    this.back.set(profile.back);
  }

  cut(): void {
    this.there.cut();
    this.back.cut();
  }

  restore(): void {
    this.there.restore();
    this.back.restore();
  }
}
