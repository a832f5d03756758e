import type { HelloRefusal } from '../../protocol/linkFrames.ts';
import type { NodeId } from '../../protocol/network.ts';

/** Which run of the peer's process greeted, and how many greetings it had made by then. */
export interface Greeting {
  instance: string;
  sequence: number;
}

/** Whether a connection of the peer may come in, and the greeting that answers his. */
export type Admission = { ok: true; greeting: Greeting } | { ok: false; code: HelloRefusal };

export interface Standing {
  self: NodeId;
  peer: NodeId;
  /** Whether this node is opening a connection to the peer at this moment. */
  opening: boolean;
  /** The peer's greeting that the connection in use was made with. */
  inUse: Greeting | undefined;
}

/**
 * What to do with a connection the peer opens, so that both sides keep the same one whatever they do at once.
 * - A greeting that is older than the one in use was sent before the peer agreed to that: `superseded`. A newer one, or
 *   one of another run, says that the peer has lost what is in use here.
 * - Where both open at once, the one that the lower id opens is kept: the lower waits how its own fares.
 */
export function answerHello(standing: Standing, hello: Greeting): 'accept' | 'wait' | 'superseded' {
  if (isOlder(hello, standing.inUse)) return 'superseded';
  return standing.opening && standing.self < standing.peer ? 'wait' : 'accept';
}

export function isOlder(greeting: Greeting, inUse: Greeting | undefined): boolean {
  return inUse?.instance === greeting.instance && greeting.sequence < inUse.sequence;
}

/**
 * How long to wait before the next attempt, with full jitter: a whole network that lost one node does not come back to
 * it at once. `attempt` counts from 0, `random` is in [0, 1).
 */
export function retryMs(attempt: number, random: number, firstMs: number, lastMs: number): number {
  return Math.round(random * Math.min(lastMs, firstMs * 2 ** Math.min(attempt, 30)));
}
