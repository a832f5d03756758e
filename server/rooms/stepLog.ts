import type { RoomNews, RoomStep } from '../../protocol/roomReplication.ts';
import type { RoomState } from './roomState.ts';
import { wholeOf } from './stateDelta.ts';

/** Which home's state somebody has, and how many of its steps. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

export function isBehind(one: Position, other: Position): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.seq < other.seq);
}

/** Steps kept for those who missed some. */
const mostKept = 64;
/** Characters, so that a part fits into a message whatever its characters are. */
const partLength = 48_000;

/** A state as text in parts, made once for all who ask. */
export class WholeText {
  #of: { at: Position; parts: string[] } | undefined;

  parts(at: Position, state: RoomState): string[] {
    if (this.#of?.at.epoch === at.epoch && this.#of.at.seq === at.seq) return this.#of.parts;
    const text = JSON.stringify(wholeOf(state));
    const parts: string[] = [];
    for (let from = 0; from < text.length; from += partLength)
      parts.push(text.slice(from, from + partLength));
    this.#of = { at, parts };
    return parts;
  }

  /** One part, where there is anything, and where that is still the state whose first part was given. */
  part(
    here: Position,
    state: RoomState,
    part: number,
    of = here,
  ): { parts: number; text: string | undefined } {
    const same = of.epoch === here.epoch && of.seq === here.seq;
    const parts = same && here.epoch > 0 ? this.parts(here, state) : [];
    return { parts: parts.length, text: parts[part] };
  }
}

/** A home's steps, numbered, with the last ones kept. */
export class StepLog {
  readonly #epoch: number;
  readonly #whole = new WholeText();
  #seq = 0;
  #kept: RoomStep[] = [];

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  get at(): Position {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  add(step: RoomStep): Position {
    this.#seq += 1;
    this.#kept.push(step);
    if (this.#kept.length > mostKept) this.#kept.shift();
    return this.at;
  }

  /** A step nobody needs to hear of. */
  pass(): void {
    this.#seq += 1;
    this.#kept = [];
  }

  /** What somebody lacks who has this much. */
  newsFor(have: Position, state: RoomState): RoomNews {
    const missing = this.#seq - have.seq;
    if (have.epoch === this.#epoch && missing >= 0 && missing <= this.#kept.length) {
      return { type: 'steps', ...this.at, steps: missing === 0 ? [] : this.#kept.slice(-missing) };
    }
    const [text = '', ...more] = this.#whole.parts(this.at, state);
    return { type: 'whole', ...this.at, parts: more.length + 1, text };
  }
}
