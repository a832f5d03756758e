import type { NodeId } from '../protocol/network.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';

/** A link that is back within this time costs nobody what he asked. */
const blinkMs = 250;

/** The nodes whose link broke and is not back: what they are asked is not waited for as it is with others. */
export class LostPeers {
  readonly #lost = new Set<NodeId>();
  readonly #asking = new Map<NodeId, AbortController>();
  readonly #giveUp = new Map<NodeId, NodeJS.Timeout>();
  readonly #listeners = new Set<(nodeId: NodeId) => void>();

  constructor(links: NodeLinks, store: ClusterStore) {
    links.watch((event) => {
      if (event.type === 'up') {
        this.#back(event.nodeId);
        if (event.restarted) this.#tell(event.nodeId);
      } else if (event.type === 'down') {
        // Nobody needed it, or its node left, which the store tells.
        if (event.reason === 'idle' || event.reason === 'closed') this.#back(event.nodeId);
        else if (event.reason !== 'peer-restarted') this.#lose(event.nodeId);
      }
    });
    store.events.on('membersChanged', ({ left }) => {
      for (const { nodeId } of left) this.#tell(nodeId);
    });
  }

  has(nodeId: NodeId): boolean {
    return this.#lost.has(nodeId);
  }

  /** Aborted when the node is lost and does not come back at once; undefined while it is lost. */
  signalOf(nodeId: NodeId): AbortSignal | undefined {
    if (this.#lost.has(nodeId)) return undefined;
    let asking = this.#asking.get(nodeId);
    if (asking === undefined) this.#asking.set(nodeId, (asking = new AbortController()));
    return asking.signal;
  }

  /** Calls `hear` when a node's link breaks, and when it left or started anew. */
  onLost(hear: (nodeId: NodeId) => void): void {
    this.#listeners.add(hear);
  }

  close(): void {
    for (const timer of this.#giveUp.values()) clearTimeout(timer);
    this.#giveUp.clear();
    this.#listeners.clear();
  }

  #lose(nodeId: NodeId): void {
    this.#lost.add(nodeId);
    clearTimeout(this.#giveUp.get(nodeId));
    this.#giveUp.set(
      nodeId,
      setTimeout(() => {
        this.#giveUp.delete(nodeId);
        this.#asking.get(nodeId)?.abort();
        this.#asking.delete(nodeId);
      }, blinkMs),
    );
    this.#tell(nodeId);
  }

  #back(nodeId: NodeId): void {
    this.#lost.delete(nodeId);
    clearTimeout(this.#giveUp.get(nodeId));
    this.#giveUp.delete(nodeId);
  }

  #tell(nodeId: NodeId): void {
    for (const hear of [...this.#listeners]) hear(nodeId);
  }
}
