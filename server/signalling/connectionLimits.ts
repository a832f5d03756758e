import { refuse } from '../../protocol/errors.ts';
import type { Refusal } from '../../protocol/errors.ts';
import { fullBudget, takeOne } from '../rates/rateBudget.ts';
import type { BudgetLevel } from '../rates/rateBudget.ts';
import type { SignallingSettings } from './signallingSettings.ts';

/** Addresses remembered at once; beyond it the one not seen for the longest is forgotten. */
const rememberedAddresses = 10_000;

/** When to ask a full node again. */
const overloadedRetryMs = 5000;

/** What a connection says of itself before it is one. */
export interface Newcomer {
  address: string;
  origin: string | undefined;
  ownHost: string | undefined;
}

/** Who may open a socket at all: known origin, room for one more, and not too many from one address. */
export class ConnectionLimits {
  readonly #settings: SignallingSettings;
  readonly #nodeOrigins: () => readonly string[];
  readonly #byAddress = new Map<string, BudgetLevel>();

  /** `nodeOrigins`: where the pages of other nodes come from, which are ours. */
  constructor(settings: SignallingSettings, nodeOrigins: () => readonly string[] = () => []) {
    this.#settings = settings;
    this.#nodeOrigins = nodeOrigins;
  }

  /** Why to refuse a connection, or undefined to let it in. `ownHost` is the one the browser asked for. */
  refuses({ address, origin, ownHost }: Newcomer, connections: number, nowMs: number): Refusal | undefined {
    if (!this.#originAllowed(origin, ownHost)) return refuse('not-allowed').error;
    if (connections >= this.#settings.maxConnections)
      return refuse('overloaded', undefined, overloadedRetryMs).error;
    const waitMs = this.#waitMs(address, nowMs);
    return waitMs > 0 ? refuse('rate-limited', undefined, waitMs).error : undefined;
  }

  /** Programs send no origin; a browser cannot leave it out, and may always come from our own pages. */
  #originAllowed(origin: string | undefined, ownHost: string | undefined): boolean {
    const { allowedOrigins } = this.#settings;
    if (origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true;
    if (URL.canParse(origin) && new URL(origin).host === ownHost) return true;
    return this.#nodeOrigins().includes(origin);
  }

  #waitMs(address: string, nowMs: number): number {
    const budget = this.#settings.connectionsPerAddress;
    const level = this.#byAddress.get(address) ?? fullBudget(budget, nowMs);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, level); // newest last
    if (this.#byAddress.size > rememberedAddresses) {
      const [oldest] = this.#byAddress.keys();
      if (oldest !== undefined) this.#byAddress.delete(oldest);
    }
    return takeOne(level, budget, nowMs);
  }
}
