import type { RateBudget } from '../rates/rateBudget.ts';

export interface SignallingSettings {
  /** Browser origins that may connect; `*` allows every one (tokens, not cookies, grant access). */
  allowedOrigins: readonly string[];
  maxConnections: number;
  connectionsPerAddress: RateBudget;
  /** Time a new connection has to join before it is closed. */
  joinDeadlineMs: number;
  /** How long a dropped viewer's transports wait for him. */
  viewerGraceMs: number;
  rates: Record<RateFamily, RateBudget>;
  /** Refused messages a person may send before his connection is closed. */
  strikes: RateBudget;
  /** What may wait for a client that does not read, before its connection is cut. */
  maxUnsentBytes: number;
}

export type RateFamily =
  'control' | 'join' | 'publish' | 'intent' | 'stage' | 'chat' | 'reaction' | 'data' | 'dataToAll';
