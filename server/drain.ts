import type { Logger } from 'pino';
import { done, refuse } from '../protocol/errors.ts';
import type { Result } from '../protocol/errors.ts';
import type { NodeId } from '../protocol/network.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import { nextToMove } from './drainSchedule.ts';
import type { Gateway } from './signalling/gateway.ts';

export interface DrainParts {
  self: NodeId;
  store: ClusterStore;
  links(): NodeLinks;
  gateway(): Gateway;
  /** Whether somebody would be lost if this node ended now. */
  needed(): boolean;
  /** How long people have to go. */
  drainMs: number;
  /** How many of the audience are told each second. */
  movesPerSecond: number;
  log: Logger;
}

const wavesPerSecond = 5;
const askTimeoutMs = 2000;

/** A node's leave of its people: takes nobody new, and moves those who are here to other nodes, a few at a time. */
export class Drain {
  readonly #parts: DrainParts;
  #draining = false;
  #leaving: Promise<void> | undefined;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Resolves when nobody needs this node any more, when the time is over, or when it was taken back. */
  start(): Promise<void> {
    this.#draining = true;
    this.#parts.store.update({ draining: true });
    this.#leaving ??= this.#takeLeave().finally(() => (this.#leaving = undefined));
    return this.#leaving;
  }

  /** Takes people again. */
  undo(): void {
    if (!this.#draining) return;
    this.#draining = false;
    this.#parts.store.update({ draining: false });
    this.#parts.log.info('draining was taken back');
  }

  /** Drains, or takes that back, at any node of the network. */
  async at(nodeId: NodeId, draining: boolean): Promise<Result<{ draining: boolean }>> {
    const { self, store } = this.#parts;
    if (nodeId === self) return this.#here(draining);
    if (!store.members().nodes.some((node) => node.nodeId === nodeId)) return refuse('no-such-node');
    const answer = await this.#parts
      .links()
      .to(nodeId)
      .call('node.drain', { draining }, { timeoutMs: askTimeoutMs });
    return answer.ok ? answer : refuse('node-away', answer.error.code);
  }

  /** Another node, where an operator asked, passes his word on. */
  readonly handle = (_context: unknown, { draining }: { draining: boolean }): Result<{ draining: boolean }> =>
    this.#here(draining);

  #here(draining: boolean): Result<{ draining: boolean }> {
    if (draining) void this.#drainAndSendAway();
    else this.undo();
    return done({ draining });
  }

  /** For a node that stays: who has not gone in time is sent away, as long as there is somewhere to go. */
  async #drainAndSendAway(): Promise<void> {
    const { log } = this.#parts;
    await this.start();
    const gateway = this.#parts.gateway();
    const [somebody] = gateway.people();
    if (!this.#draining || somebody === undefined) return;
    if (gateway.elsewhereFor(somebody.connection).length === 0)
      return log.warn('the node drains, and its people have nowhere to go');
    gateway.rooms.sendAway((connection) => gateway.elsewhereFor(connection));
  }

  async #takeLeave(): Promise<void> {
    const { drainMs, movesPerSecond, log } = this.#parts;
    const startedMs = performance.now();
    const leftMs = (): number => startedMs + drainMs - performance.now();
    log.info({ people: this.#parts.gateway().people().length, drainMs }, 'draining');
    const atMost = Math.max(1, Math.ceil(movesPerSecond / wavesPerSecond));
    // Not for connections: those who were refused stay a while, and more of them come.
    while (this.#draining && this.#parts.needed() && leftMs() > 0) {
      this.#wave(atMost, leftMs());
      await new Promise((resolve) => setTimeout(resolve, 1000 / wavesPerSecond));
    }
    log.info({ tookMs: Math.round(performance.now() - startedMs), needed: this.#parts.needed() }, 'drained');
  }

  #wave(atMost: number, withinMs: number): void {
    const gateway = this.#parts.gateway();
    const nowMs = performance.now();
    const guests = gateway.people().map(({ connection, onStage }) => ({
      connection,
      onStage,
      toldAtMs: connection.toldToMoveAtMs,
    }));
    for (const { connection } of nextToMove(guests, nowMs, atMost)) {
      const edges = gateway.elsewhereFor(connection);
      if (edges.length > 0) connection.tellToMove(edges, Math.round(withinMs), nowMs);
    }
  }
}
