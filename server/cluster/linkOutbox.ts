import type { CallFrame, TellFrame } from '../../protocol/linkFrames.ts';
import { linkError } from '../../protocol/linkErrors.ts';
import type { LinkErrorCode, LinkResult } from '../../protocol/linkErrors.ts';

/** A call until it is settled, which it is once. */
export interface OutgoingCall {
  name: string;
  payload: unknown;
  /** Of a clock that never goes back. */
  deadlineMs: number;
  settle(result: LinkResult<unknown>): void;
}

export type Outgoing = { kind: 'tell'; frame: TellFrame } | { kind: 'call'; frame: CallFrame };

export interface OutboxLimits {
  maxCalls: number;
  maxCallsOnTheWay: number;
  maxTells: number;
}

/** What one node has to say to another: in order, bounded, and kept over the loss of a connection. */
export class LinkOutbox {
  /** Calls that were sent, over this connection or the last one; each has a lower id than any that waits. */
  #onTheWay = new Map<number, OutgoingCall>();
  #waiting = new Map<number, OutgoingCall>();
  readonly #tells = new Map<string, TellFrame>();
  readonly #limits: OutboxLimits;
  #lastId = 0;
  #droppedTells = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get empty(): boolean {
    return this.calls === 0 && this.#tells.size === 0;
  }

  /** Calls nobody answered yet. */
  get calls(): number {
    return this.#onTheWay.size + this.#waiting.size;
  }

  get droppedTells(): number {
    return this.#droppedTells;
  }

  /** The id for a call that is not kept here. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Up to here every id is answered or given up. */
  get settled(): number {
    const [oldest] = this.#onTheWay.size > 0 ? this.#onTheWay.keys() : this.#waiting.keys();
    return (oldest ?? this.#lastId + 1) - 1;
  }

  /** The call's id, or undefined where there is no place for it. */
  add(call: OutgoingCall): number | undefined {
    if (this.calls >= this.#limits.maxCalls) return undefined;
    const id = this.nextId();
    this.#waiting.set(id, call);
    return id;
  }

  /** Takes the place of what waits under the same key; where there is none, the oldest of all makes room. */
  tell(key: string, frame: TellFrame): void {
    this.#tells.delete(key);
    this.#tells.set(key, frame);
    if (this.#tells.size <= this.#limits.maxTells) return;
    const [oldest] = this.#tells.keys();
    if (oldest !== undefined) this.#tells.delete(oldest);
    this.#droppedTells += 1;
  }

  /** What to send next; undefined where nothing waits, or too much is on its way. */
  next(nowMs: number): Outgoing | undefined {
    for (const [key, frame] of this.#tells) {
      this.#tells.delete(key);
      return { kind: 'tell', frame };
    }
    if (this.#onTheWay.size >= this.#limits.maxCallsOnTheWay) return undefined;
    for (const [id, call] of this.#waiting) {
      const { settled } = this;
      this.#waiting.delete(id);
      this.#onTheWay.set(id, call);
      const { name, payload } = call;
      const timeoutMs = Math.max(1, Math.ceil(call.deadlineMs - nowMs));
      return { kind: 'call', frame: { id, settled, name, payload, timeoutMs } };
    }
    return undefined;
  }

  /** Whether this call was sent and nobody answered it yet. */
  wasSent(id: number): boolean {
    return this.#onTheWay.has(id);
  }

  /** Settles the call, where it is not settled yet. */
  settle(id: number, result: LinkResult<unknown>): void {
    const call = this.#onTheWay.get(id) ?? this.#waiting.get(id);
    this.#onTheWay.delete(id);
    this.#waiting.delete(id);
    call?.settle(result);
  }

  /** There is a new connection: what was on its way goes out again over it, first and in order. */
  requeue(): void {
    this.#waiting = new Map([...this.#onTheWay, ...this.#waiting]);
    this.#onTheWay = new Map();
  }

  /** Gives up calls, and with all of them what was to be told. */
  fail(which: 'on-the-way' | 'all', code: Exclude<LinkErrorCode, 'refused'>, detail?: string): void {
    const ids = [...this.#onTheWay.keys(), ...(which === 'all' ? this.#waiting.keys() : [])];
    for (const id of ids) this.settle(id, linkError(code, detail));
    if (which === 'all') this.#tells.clear();
  }
}
