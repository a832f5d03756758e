import type { Logger } from 'pino';
import type { NodeRecord } from '../protocol/network.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import type { NodeNetwork } from './nodeNetwork.ts';
import { startNodeReport } from './nodeReport.ts';
import type { NodeReportParts } from './nodeReport.ts';
import { keepWarm } from './warmLinks.ts';

export interface MembershipParts extends Pick<NodeReportParts, 'cpuShare' | 'viewers' | 'lossFrom'> {
  network: NodeNetwork;
  links: NodeLinks;
  log: Logger;
}

/** What is not as it should be in the network, and does not keep this node from its work. */
export type NetworkNote = 'store-away' | 'other-versions';

const joinRetryMs = 500;

/** A node's place among the others, from its arrival to its end. */
export class Membership {
  /** Resolves with a sentence when another process has this node's name: this one has to end. */
  readonly putOut: Promise<string>;
  readonly #parts: MembershipParts;
  readonly #toldVersions = new Set<string>();
  #storeAway = false;
  #stops: (() => void)[] = [];

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    const { events } = parts.network.store;
    const { nodeId } = parts.network.record;
    this.putOut = new Promise((resolve) => {
      events.on('nodeIdTaken', () => {
        resolve(`another process runs as node ${nodeId}; give each its own nodeId`);
      });
    });
    // The store itself logs both.
    events.on('storeAway', () => (this.#storeAway = true));
    events.on('storeBack', () => (this.#storeAway = false));
    events.on('membersChanged', () => {
      for (const { nodeId: stranger, protocolVersion } of parts.network.store.members().strangers)
        this.#tellVersion(stranger, protocolVersion);
    });
    parts.links.watch((event) => {
      if (event.type === 'other-version') this.#tellVersion(event.nodeId, event.version);
    });
  }

  /** Lets the others in and makes the node known; waits as long as the store is away. Rejects when its name is taken. */
  async join(publicUrl: string): Promise<void> {
    const { network, links } = this.#parts;
    const { store } = network;
    const record: NodeRecord = { ...network.record, publicUrl, linkUrl: await network.listen(links) };
    let joined = await store.announce(record);
    while (!joined.ok && joined.error.code === 'store-away') {
      await new Promise((resolve) => setTimeout(resolve, joinRetryMs));
      const renewed = await store.renew();
      joined = renewed.ok ? { ok: true, value: undefined } : renewed;
    }
    if (!joined.ok) throw new Error(joined.error.message);
    this.#stops = [keepWarm(store, links, record), startNodeReport({ ...this.#parts, self: record, store })];
  }

  notes(): NetworkNote[] {
    const notes: NetworkNote[] = [];
    if (this.#storeAway) notes.push('store-away');
    if (this.#parts.network.store.members().strangers.length > 0) notes.push('other-versions');
    return notes;
  }

  /** Leaves the others; may be called twice. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#parts.network.store.close();
    await this.#parts.links.close();
  }

  #tellVersion(nodeId: string, version: number | undefined): void {
    const node = `${nodeId} ${version}`;
    if (this.#toldVersions.has(node)) return;
    this.#toldVersions.add(node);
    this.#parts.log.warn(
      { peer: nodeId, version },
      'a node of another protocol version is there; it is not talked to',
    );
  }
}
