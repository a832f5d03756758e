import type { ClientMessageName } from '../../protocol/clientMessages.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { fullBudget, takeOne } from './rateBudget.ts';
import type { BudgetLevel } from './rateBudget.ts';
import type { RateFamily, SignallingSettings } from './signallingSettings.ts';

const familyOf: Partial<Record<ClientMessageName, RateFamily>> = {
  join: 'join',
  'chat.send': 'chat',
  react: 'reaction',
  'data.send': 'data',
};

/** The budgets of one connection. Unknown names cost a strike, known ones their family's budget. */
export class MessageRates {
  readonly #settings: SignallingSettings;
  readonly #levels: Record<RateFamily, BudgetLevel>;
  readonly #strikes: BudgetLevel;

  constructor(settings: SignallingSettings, nowMs: number) {
    const { rates } = settings;
    this.#settings = settings;
    this.#levels = {
      control: fullBudget(rates.control, nowMs),
      join: fullBudget(rates.join, nowMs),
      chat: fullBudget(rates.chat, nowMs),
      reaction: fullBudget(rates.reaction, nowMs),
      data: fullBudget(rates.data, nowMs),
    };
    this.#strikes = fullBudget(settings.strikes, nowMs);
  }

  /** Milliseconds to wait before this message is welcome; 0 when it is now. */
  take(name: ClientMessageName, nowMs: number): number {
    const family = familyOf[name] ?? 'control';
    return takeOne(this.#levels[family], this.#settings.rates[family], nowMs);
  }

  /** Counts a refusal that only a broken or hostile client earns; true when it was one too many. */
  strike(code: ErrorCode, nowMs: number): boolean {
    if (code !== 'bad-message' && code !== 'rate-limited') return false;
    return takeOne(this.#strikes, this.#settings.strikes, nowMs) > 0;
  }
}
