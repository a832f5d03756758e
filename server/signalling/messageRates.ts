import type { ClientMessageName } from '../../protocol/clientMessages.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { fullBudget, isFull, takeOne } from '../rates/rateBudget.ts';
import type { BudgetLevel } from '../rates/rateBudget.ts';
import type { RateFamily, SignallingSettings } from './signallingSettings.ts';

/** Messages that cost more than themselves: most of these go out again to everybody in the room. */
const familyOf: Partial<Record<ClientMessageName, RateFamily>> = {
  join: 'join',
  'media.openSend': 'publish',
  'media.produce': 'publish',
  'media.closeFeed': 'publish',
  'intent.set': 'intent',
  'stage.request': 'stage',
  'stage.withdraw': 'stage',
  'stage.acceptInvitation': 'stage',
  'stage.declineInvitation': 'stage',
  'stage.leave': 'stage',
  'chat.send': 'chat',
  react: 'reaction',
  'data.send': 'data',
};

/**
 * What part of a strike a refusal is; all others are none. Too often is mostly a person's zeal: a key that is held down
 * repeats some 30 times a second, and must not end his session; a program that floods sends hundreds.
 */
const strikeShares: Partial<Record<ErrorCode, number>> = { 'bad-message': 1, 'rate-limited': 0.02 };

/** The budgets of one person, or of one connection before its join. */
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
      publish: fullBudget(rates.publish, nowMs),
      intent: fullBudget(rates.intent, nowMs),
      stage: fullBudget(rates.stage, nowMs),
      chat: fullBudget(rates.chat, nowMs),
      reaction: fullBudget(rates.reaction, nowMs),
      data: fullBudget(rates.data, nowMs),
      dataToAll: fullBudget(rates.dataToAll, nowMs),
    };
    this.#strikes = fullBudget(settings.strikes, nowMs);
  }

  /** Milliseconds to wait before this message is welcome; 0 when it is now. It may have any form yet. */
  take(name: ClientMessageName, message: unknown, nowMs: number): number {
    const family =
      name === 'data.send' && !namesReceiver(message) ? 'dataToAll' : (familyOf[name] ?? 'control');
    return takeOne(this.#levels[family], this.#settings.rates[family], nowMs);
  }

  /** Counts a refusal that only a broken or hostile client earns; true when it was one too many. */
  strike(code: ErrorCode, nowMs: number): boolean {
    const share = strikeShares[code];
    return share !== undefined && takeOne(this.#strikes, this.#settings.strikes, nowMs, share) > 0;
  }

  /** Whether all of it has refilled, so that new ones would be the same. */
  untouched(nowMs: number): boolean {
    const { rates, strikes } = this.#settings;
    const families = Object.keys(this.#levels) as RateFamily[];
    return (
      isFull(this.#strikes, strikes, nowMs) &&
      families.every((family) => isFull(this.#levels[family], rates[family], nowMs))
    );
  }
}

function namesReceiver(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'to' in message && message.to !== undefined;
}
