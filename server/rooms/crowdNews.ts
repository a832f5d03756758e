import type { ReactionKind } from '../../protocol/reactions.ts';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';

/** Viewer counts are told at most this often. */
const viewersEveryMs = 1000;
/** Reactions are gathered this long before they go out. */
const reactionsEveryMs = 500;

export type ReactionCounts = Partial<Record<ReactionKind, number>>;

/** What a crowd does goes out as numbers at a steady pace, however large the crowd is. */
export class CrowdNews {
  readonly #clock: Clock;
  readonly #viewersAlarm: Alarm;
  readonly #reactionsAlarm: Alarm;
  #viewers = 0;
  #toldViewers = 0;
  #toldAtMs = -Infinity;
  #reactions: ReactionCounts = {};

  constructor(
    clock: Clock,
    tell: { viewersChanged(count: number): void; reactions(counts: ReactionCounts): void },
  ) {
    this.#clock = clock;
    this.#viewersAlarm = new Alarm(clock, () => {
      if (this.#viewers === this.#toldViewers) return;
      this.#toldViewers = this.#viewers;
      this.#toldAtMs = clock.now();
      tell.viewersChanged(this.#viewers);
    });
    this.#reactionsAlarm = new Alarm(clock, () => {
      const counts = this.#reactions;
      this.#reactions = {};
      tell.reactions(counts);
    });
  }

  viewers(count: number): void {
    this.#viewers = count;
    if (count === this.#toldViewers || this.#viewersAlarm.set) return;
    this.#viewersAlarm.setTo(Math.max(this.#clock.now(), this.#toldAtMs + viewersEveryMs));
  }

  react(kind: ReactionKind): void {
    this.reactAll({ [kind]: 1 });
  }

  reactAll(counts: ReactionCounts): void {
    for (const [kind, count] of Object.entries(counts) as [ReactionKind, number][])
      this.#reactions[kind] = (this.#reactions[kind] ?? 0) + count;
    if (!this.#reactionsAlarm.set) this.#reactionsAlarm.setTo(this.#clock.now() + reactionsEveryMs);
  }

  /** Says nothing more. */
  close(): void {
    this.#viewersAlarm.setTo(undefined);
    this.#reactionsAlarm.setTo(undefined);
  }
}
