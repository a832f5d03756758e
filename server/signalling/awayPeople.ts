import type { ParticipantId } from '../../protocol/identity.ts';
import type { MessageRates } from './messageRates.ts';

/** Those who have no connection now: until when they may come back as they were, and what they may send then. */
export class AwayPeople {
  readonly #graces = new Map<ParticipantId, NodeJS.Timeout>();
  /** What each had left, so that a new connection gives no new budgets. */
  readonly #rates = new Map<ParticipantId, MessageRates>();

  went(id: ParticipantId, rates: MessageRates): void {
    this.#rates.set(id, rates);
  }

  cameBack(id: ParticipantId): void {
    this.#rates.delete(id);
    this.stopWaiting(id);
  }

  ratesOf(id: ParticipantId): MessageRates | undefined {
    return this.#rates.get(id);
  }

  /** Forgets what has refilled. */
  pruneRates(nowMs: number): void {
    for (const [id, rates] of this.#rates) if (rates.untouched(nowMs)) this.#rates.delete(id);
  }

  /** Waits so long for somebody before `gone`. */
  waitFor(id: ParticipantId, graceMs: number, gone: () => void): void {
    this.stopWaiting(id);
    const timer = setTimeout(() => {
      this.#graces.delete(id);
      gone();
    }, graceMs);
    this.#graces.set(id, timer);
  }

  stopWaiting(id: ParticipantId): void {
    clearTimeout(this.#graces.get(id));
    this.#graces.delete(id);
  }

  stopWaitingForAll(): void {
    for (const timer of this.#graces.values()) clearTimeout(timer);
    this.#graces.clear();
  }
}
