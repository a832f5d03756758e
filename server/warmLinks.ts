import type { NodeId, NodeRecord } from '../protocol/network.ts';
import { hashText, liking } from './cascade/rendezvous.ts';
import type { Hash } from './cascade/rendezvous.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';

/** Up to so many other nodes, a node keeps a link to each. */
const everybodyUpTo = 32;
/** Beyond that, to its own region's and to so many of each other region. */
const ofEachRegion = 2;

/** The nodes to which a node keeps links open. Which ones of another region, each node draws for itself and keeps to. */
export function warmPeers(
  self: Pick<NodeRecord, 'nodeId' | 'region'>,
  nodes: readonly Pick<NodeRecord, 'nodeId' | 'region'>[],
): NodeId[] {
  const others = nodes.filter(({ nodeId }) => nodeId !== self.nodeId);
  if (others.length <= everybodyUpTo) return others.map(({ nodeId }) => nodeId);
  const own = hashText(self.nodeId);
  const everywhere: Hash = { high: 0, low: 0 };
  const drawn = others
    .map(({ nodeId, region }) => ({ nodeId, region, draw: liking(everywhere, own, hashText(nodeId)) }))
    .sort((one, other) => other.draw - one.draw || (one.nodeId < other.nodeId ? -1 : 1));
  const taken = new Map<string, number>();
  return drawn.flatMap(({ nodeId, region }) => {
    const count = (taken.get(region) ?? 0) + 1;
    taken.set(region, count);
    return region === self.region || count <= ofEachRegion ? [nodeId] : [];
  });
}

/**
 * Keeps those links open, so that nobody waits for a TLS handshake when a room comes to a node, and forgets the links to
 * nodes that left. The answer stops it.
 */
export function keepWarm(store: ClusterStore, links: NodeLinks, self: NodeRecord): () => void {
  const held = new Map<NodeId, () => void>();
  const look = (): void => {
    const wanted = new Set(warmPeers(self, store.members().nodes));
    for (const [nodeId, release] of held) {
      if (wanted.has(nodeId)) continue;
      release();
      held.delete(nodeId);
    }
    for (const nodeId of wanted) if (!held.has(nodeId)) held.set(nodeId, links.to(nodeId).hold());
  };
  const heard = ({ joined, left }: { joined: readonly NodeRecord[]; left: readonly NodeRecord[] }): void => {
    look();
    for (const { nodeId } of left) {
      // One that started anew is in both, and its link finds that out by itself.
      if (!joined.some((record) => record.nodeId === nodeId)) void links.forget(nodeId);
    }
  };
  store.events.on('membersChanged', heard);
  look();
  return () => {
    store.events.off('membersChanged', heard);
    for (const release of held.values()) release();
    held.clear();
  };
}
