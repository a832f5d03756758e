import type { RateBudget } from '../rates/rateBudget.ts';

export interface LinkSettings {
  /** Where this node waits for the others. */
  host: string;
  port: number;
  path: string;
  /** PEM; with it this node is reached over TLS. */
  tls?: { cert: string; key: string } | undefined;
  /** PEM of who signs the other nodes' certificates, where the system does not know him. */
  ca?: string | undefined;
  /** Address from which this node reaches the others, where the system is not to choose. */
  localAddress?: string | undefined;
  /** Neither waits nor opens without TLS; for production. */
  requireTls: boolean;

  heartbeatMs: number;
  /** A peer nothing was heard of for so long is taken for dead. */
  deadAfterMs: number;
  /** For connecting and both greetings. */
  openTimeoutMs: number;
  /** The longest wait before the first attempt to come back, and before the later ones. */
  retryFirstMs: number;
  retryLastMs: number;
  /** A link that nobody holds closes after so long without a message. */
  lingerMs: number;
  callTimeoutMs: number;

  maxMessageBytes: number;
  /** Connections to this node at once, greeted or not. */
  maxConnections: number;
  /** Calls not answered yet, on their way and waiting; beyond it a call fails at once. */
  maxCalls: number;
  /** Calls on their way at once; others wait here, so that a slow peer is not buried. */
  maxCallsOnTheWay: number;
  /** Tells that wait; beyond it the one that waits longest is dropped. */
  maxTells: number;
  /** What may wait in the connection before more is kept back, and before a peer who reads nothing is cut. */
  fullLineBytes: number;
  unreadLineBytes: number;

  /** What one peer may send. */
  messages: RateBudget;
  /** What one peer may send that is wrong, before he is cut and turned away for `strikePauseMs`. */
  strikes: RateBudget;
  strikePauseMs: number;
  /** Calls of one peer that are worked on at once. */
  maxRunning: number;
  /** Answers kept for one peer, in case he asks again. */
  maxAnswers: number;
  maxAnswerBytes: number;
}

/** What is right for a node in a data centre; the port is any that is free. */
export const defaultLinkSettings: LinkSettings = {
  host: '0.0.0.0',
  port: 0,
  path: '/node-link',
  requireTls: false,
  heartbeatMs: 500,
  // Across an ocean, a packet that TCP loses and sends again is a silence of half a second and more.
  deadAfterMs: 2000,
  openTimeoutMs: 3000,
  retryFirstMs: 100,
  // Whoever is back is wanted at once, and who is gone leaves the members and is not tried any more.
  retryLastMs: 1000,
  lingerMs: 30_000,
  callTimeoutMs: 5000,
  maxMessageBytes: 256 * 1024,
  maxConnections: 2000,
  maxCalls: 1000,
  maxCallsOnTheWay: 256,
  maxTells: 1000,
  fullLineBytes: 1024 * 1024,
  unreadLineBytes: 8 * 1024 * 1024,
  messages: { burst: 10_000, perSecond: 5000 },
  strikes: { burst: 20, perSecond: 0.2 },
  strikePauseMs: 10_000,
  maxRunning: 512,
  maxAnswers: 1024,
  maxAnswerBytes: 8 * 1024 * 1024,
};

/** Throws a sentence for the operator when these settings cannot work. */
export function checkLinkSettings(settings: LinkSettings): void {
  if (settings.requireTls && settings.tls === undefined)
    throw new Error('node links need a certificate and a key where TLS is required');
  if (settings.deadAfterMs < 2 * settings.heartbeatMs)
    throw new Error('a node may be taken for dead after two heartbeats at the earliest');
}
