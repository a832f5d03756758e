import type { AnswerFrame } from '../../protocol/linkFrames.ts';

export type Seen = { kind: 'new' | 'running' | 'forgotten' } | { kind: 'answered'; answer: AnswerFrame };

interface Entry {
  /** Undefined while it is worked on. */
  answer?: AnswerFrame;
  bytes: number;
}

/**
 * What one run of a peer asked and was answered, so that a call that comes again is not done again. Ids come in rising
 * order; one that is below the highest and not kept was dropped, and is never taken for a new one.
 */
export class AnswerCache {
  readonly #maxAnswers: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<number, Entry>();
  #highest = 0;
  #bytes = 0;

  constructor(maxAnswers: number, maxBytes: number) {
    this.#maxAnswers = maxAnswers;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  look(id: number): Seen {
    const entry = this.#entries.get(id);
    if (entry === undefined) return { kind: id > this.#highest ? 'new' : 'forgotten' };
    return entry.answer === undefined ? { kind: 'running' } : { kind: 'answered', answer: entry.answer };
  }

  begin(id: number): void {
    this.#highest = Math.max(this.#highest, id);
    this.#entries.set(id, { bytes: 0 });
  }

  /** Keeps the answer; false where the call is not worked on any more, so that nobody waits for it. */
  finish(answer: AnswerFrame, bytes: number): boolean {
    const entry = this.#entries.get(answer.id);
    if (entry === undefined || entry.answer !== undefined) return false;
    entry.answer = answer;
    entry.bytes = bytes;
    this.#bytes += bytes;
    for (const [id, { answer: kept }] of this.#entries) {
      if (this.#entries.size <= this.#maxAnswers && this.#bytes <= this.#maxBytes) break;
      if (kept !== undefined) this.#drop(id);
    }
    return true;
  }

  /** The peer will not ask again for anything up to `id`. */
  settle(id: number): void {
    for (const [kept, { answer }] of this.#entries) {
      if (kept > id) break;
      if (answer !== undefined) this.#drop(kept);
    }
  }

  #drop(id: number): void {
    this.#bytes -= this.#entries.get(id)?.bytes ?? 0;
    this.#entries.delete(id);
  }
}
