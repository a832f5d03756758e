import type { ErrorCode } from '../../protocol/errors.ts';
import { fullBudget, takeOne } from './rateBudget.ts';
import type { BudgetLevel } from './rateBudget.ts';
import type { SignallingSettings } from './signallingSettings.ts';

/** Addresses remembered at once; beyond it the one not seen for the longest is forgotten. */
const rememberedAddresses = 10_000;

/** What a connection says of itself before it is one. */
export interface Newcomer {
  address: string;
  origin: string | undefined;
  ownHost: string | undefined;
}

/** Who may open a socket at all: known origin, room for one more, and not too many from one address. */
export class ConnectionLimits {
  readonly #settings: SignallingSettings;
  readonly #byAddress = new Map<string, BudgetLevel>();

  constructor(settings: SignallingSettings) {
    this.#settings = settings;
  }

  /** The reason to refuse a connection, or undefined to let it in. `ownHost` is the one the browser asked for. */
  refuses({ address, origin, ownHost }: Newcomer, connections: number): ErrorCode | undefined {
    if (!this.#originAllowed(origin, ownHost)) return 'not-allowed';
    if (connections >= this.#settings.maxConnections) return 'overloaded';
    return this.#tooMany(address, Date.now()) ? 'rate-limited' : undefined;
  }

  /** Programs send no origin; a browser cannot leave it out, and may always come from our own pages. */
  #originAllowed(origin: string | undefined, ownHost: string | undefined): boolean {
    const { allowedOrigins } = this.#settings;
    if (origin === undefined || allowedOrigins.includes('*') || allowedOrigins.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === ownHost;
  }

  #tooMany(address: string, nowMs: number): boolean {
    const budget = this.#settings.connectionsPerAddress;
    const level = this.#byAddress.get(address) ?? fullBudget(budget, nowMs);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, level); // newest last
    if (this.#byAddress.size > rememberedAddresses) {
      const [oldest] = this.#byAddress.keys();
      if (oldest !== undefined) this.#byAddress.delete(oldest);
    }
    return takeOne(level, budget, nowMs) > 0;
  }
}
