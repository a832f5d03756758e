import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId, NodeRecord, RegionId } from '../../protocol/network.ts';
import { loadShare } from './loadSteps.ts';
import { RegionCosts } from './regionCosts.ts';
import type { RegionTree } from './regionTree.ts';
import { hashText } from './rendezvous.ts';
import type { Hash } from './rendezvous.ts';

/** A node as the cascade sees it; `load` from 0 to 1, `capacity` in viewers. */
export interface NetworkNode extends Pick<
  NodeRecord,
  'nodeId' | 'region' | 'load' | 'capacity' | 'draining'
> {
  /** It is heard of, and nothing speaks against pulling from it. */
  healthy: boolean;
}

/**
 * What was measured between two regions, for media that flows from `from` to `to`. Several for one pair are several
 * measurements. A link on which nothing comes through is one with a `lossRatio` of 1.
 */
export interface RegionLink {
  from: RegionId;
  to: RegionId;
  rttMs: number;
  lossRatio: number;
}

export interface CascadeSettings {
  /** How many nodes of its region one node feeds at most (2 or more); the same on all nodes, or they disagree. */
  fanOut: number;
}

export const defaultCascadeSettings: CascadeSettings = { fanOut: 12 };

/** Where a node is. */
export interface Place {
  nodeId: NodeId;
  region: RegionId;
}

/** A feed as the cascade sees it. The origin's region comes with it, so that a view that lacks the origin still leads there. */
export interface CascadeFeed {
  roomId: RoomId;
  feedId: FeedId;
  originNode: NodeId;
  originRegion: RegionId;
  epoch: number;
}

/** A node that may be pulled from, with what is known of it in every room. */
export interface Candidate extends Place {
  hash: Hash;
  weight: number;
  draining: boolean;
}

/** What one node knows of the network, made ready for many questions. It never changes: the next one replaces it. */
export interface NetworkView {
  settings: CascadeSettings;
  /** All that may be pulled from. */
  candidates: ReadonlyMap<RegionId, readonly Candidate[]>;
  /** Members that cannot be reached from here: one of them may be a feed's origin, which others may well reach. */
  lost: ReadonlySet<NodeId>;
  costs: RegionCosts;
  /** Trees worked out lately, kept by `regionTree.ts`. */
  trees: Map<string, RegionTree>;
}

/** A node without capacity or with a full one still beats having none. */
const leastWeight = 0.001;

/** Makes a view of the network; once for each change of it. */
export function prepareView(
  nodes: Iterable<NetworkNode>,
  links: Iterable<RegionLink>,
  settings: CascadeSettings = defaultCascadeSettings,
): NetworkView {
  const candidates = new Map<RegionId, Candidate[]>();
  const lost = new Set<NodeId>();
  for (const { nodeId, region, healthy, draining, load, capacity } of nodes) {
    if (!healthy) {
      lost.add(nodeId);
      continue;
    }
    const weight = Math.max(capacity, leastWeight) * loadShare(load);
    const candidate = { nodeId, region, draining, weight, hash: hashText(nodeId) };
    const list = candidates.get(region);
    if (list) list.push(candidate);
    else candidates.set(region, [candidate]);
  }
  return { settings, candidates, lost, costs: new RegionCosts(candidates.keys(), links), trees: new Map() };
}
