import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import { gatewayOf, inRank } from './gatewayChoice.ts';
import type { Candidate, NetworkView } from './networkView.ts';
import { hashText, liking } from './rendezvous.ts';
import type { Hash } from './rendezvous.ts';

/** How a feed spreads inside one region. */
export interface RegionTree {
  /** The origin where it is in the region, else the gateway. */
  root: NodeId;
  /** The node to pull from; undefined for the root. */
  parentOf: (nodeId: NodeId) => NodeId | undefined;
}

/** Trees kept in one view; a node asks for those of one room together. */
const treesKept = 512;

/** The tree of a room's feeds in a region, or of those whose `origin` is in it. Undefined where nobody can be the root. */
export function regionTree(
  view: NetworkView,
  roomId: RoomId,
  region: RegionId,
  origin?: NodeId,
): RegionTree | undefined {
  const key = `${roomId} ${region} ${origin ?? ''}`;
  const known = view.trees.get(key);
  if (known) return known;
  const root = origin ?? gatewayOf(view, roomId, region);
  if (root === undefined) return undefined;
  const made = grow(view, roomId, region, root);
  if (view.trees.size >= treesKept) view.trees.clear();
  view.trees.set(key, made);
  return made;
}

function grow(view: NetworkView, roomId: RoomId, region: RegionId, root: NodeId): RegionTree {
  const { fanOut } = view.settings;
  const others = (view.candidates.get(region) ?? []).filter(({ nodeId }) => nodeId !== root);
  // Most regions are this small: everybody pulls from the root, and no node serves what it does not watch itself.
  if (others.length <= fanOut) return { root, parentOf: (nodeId) => (nodeId === root ? undefined : root) };

  const room = hashText(roomId);
  const bands = inBands(inRank(others, room), fanOut);
  const parents = new Map<NodeId, NodeId>();
  for (const [depth, band] of bands.entries()) {
    const above = bands[depth - 1];
    if (above) share(room, band, above, fanOut, parents);
    else for (const { nodeId } of band) parents.set(nodeId, root);
  }
  const lastRelays = bands.at(-2) ?? [];
  return {
    root,
    parentOf: (nodeId) => {
      if (nodeId === root) return undefined;
      // A node that the view does not name is one more below the last relays.
      return parents.get(nodeId) ?? favourite(room, hashText(nodeId), lastRelays)?.nodeId ?? root;
    },
  };
}

/**
 * The first `fanOut` nodes pull from the root and feed the next band, that feeds the next, and so on, so only the
 * first of a room's ranks carry what they may not watch themselves. Each band is planned for three quarters of what the
 * one above can feed: with room to spare, one node more or less displaces hardly any others.
 */
function inBands(nodes: readonly Candidate[], fanOut: number): Candidate[][] {
  const bands: Candidate[][] = [];
  let size = fanOut;
  for (let from = 0; from < nodes.length; from += size, size *= Math.max(2, Math.floor(0.75 * fanOut))) {
    bands.push(nodes.slice(from, from + size));
  }
  return bands;
}

/** Gives each of a band the parent it likes best among those above who do not feed `fanOut` yet. */
function share(
  room: Hash,
  band: readonly Candidate[],
  above: readonly Candidate[],
  fanOut: number,
  parents: Map<NodeId, NodeId>,
): void {
  const fed = new Map<Candidate, number>();
  const isFree = (parent: Candidate): boolean => (fed.get(parent) ?? 0) < fanOut;
  let free = above;
  for (const { nodeId, hash } of band) {
    const parent = favourite(room, hash, free);
    if (!parent) throw new Error('a band is larger than what the one above can feed');
    parents.set(nodeId, parent.nodeId);
    fed.set(parent, (fed.get(parent) ?? 0) + 1);
    if (!isFree(parent)) free = free.filter(isFree);
  }
}

function favourite(room: Hash, child: Hash, parents: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  let most = -1;
  for (const parent of parents) {
    const likes = liking(room, child, parent.hash);
    if (likes <= most) continue;
    best = parent;
    most = likes;
  }
  return best;
}
