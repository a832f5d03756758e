import type { LinkErrorCode } from '../../protocol/linkErrors.ts';
import { fullBudget, takeOne } from '../rates/rateBudget.ts';
import type { BudgetLevel } from '../rates/rateBudget.ts';
import type { LinkSettings } from './linkSettings.ts';

/**
 * What part of a strike each refusal is; all others are none. A call we do not know may come from a node that is a
 * little newer, and one too often from one that is merely eager.
 */
const shares: Partial<Record<LinkErrorCode, number>> = {
  'bad-request': 1,
  'bad-answer': 1,
  'unknown-call': 0.2,
  'rate-limited': 0.02,
};

/** What one peer may send, and what of it was wrong; kept over his connections, so that a new one forgives nothing. */
export class LinkStrikes {
  readonly #settings: LinkSettings;
  readonly #messages: BudgetLevel;
  readonly #strikes: BudgetLevel;
  readonly #counts = new Map<LinkErrorCode, number>();
  #outUntilMs = 0;

  constructor(settings: LinkSettings, nowMs: number) {
    this.#settings = settings;
    this.#messages = fullBudget(settings.messages, nowMs);
    this.#strikes = fullBudget(settings.strikes, nowMs);
  }

  /** How often each refusal was given. */
  get counts(): ReadonlyMap<LinkErrorCode, number> {
    return this.#counts;
  }

  /** Whether one more message is welcome. */
  takes(nowMs: number): boolean {
    return takeOne(this.#messages, this.#settings.messages, nowMs) === 0;
  }

  /** Counts a refusal; true when it was one too many, and the peer is out for a while. */
  strike(code: LinkErrorCode, nowMs: number): boolean {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    const share = shares[code];
    if (share === undefined || takeOne(this.#strikes, this.#settings.strikes, nowMs, share) === 0)
      return false;
    this.#outUntilMs = nowMs + this.#settings.strikePauseMs;
    return true;
  }

  isOut(nowMs: number): boolean {
    return nowMs < this.#outUntilMs;
  }
}
