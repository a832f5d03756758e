import type { NodeId, RegionId } from '../../protocol/network.ts';
import { gatewayOf } from './gatewayChoice.ts';
import type { CascadeFeed, NetworkView, Place } from './networkView.ts';
import { regionRoute } from './regionRoute.ts';
import type { RegionRoute } from './regionRoute.ts';
import { regionTree } from './regionTree.ts';

/** Why a node pulls from where it pulls. */
export type UpstreamReason =
  /** The origin is in its region. */
  | { kind: 'origin' }
  /** From the gateway of its region. */
  | { kind: 'gateway' }
  /** From a relay of its region: the root there has enough to feed. */
  | { kind: 'relay' }
  /** It is the gateway of its region, and pulls across the border. */
  | { kind: 'border'; route: RegionRoute };

export interface Upstream {
  from: NodeId;
  fromRegion: RegionId;
  reason: UpstreamReason;
}

/**
 * The node to pull a feed from; undefined for the origin itself. All nodes with the same view agree without talking:
 * inside a region a tree below one root, and between regions as `regionRoute.ts` says, from root to root.
 * `currentVia` is the region this node's detour leads through now, if it has one.
 */
export function upstream(
  view: NetworkView,
  self: Place,
  feed: CascadeFeed,
  currentVia?: RegionId,
): Upstream | undefined {
  if (self.nodeId === feed.originNode) return undefined;
  const isAtHome = self.region === feed.originRegion;
  const tree = regionTree(view, feed.roomId, self.region, isAtHome ? feed.originNode : undefined);
  const parent = tree?.parentOf(self.nodeId);
  if (tree && parent !== undefined) {
    const kind = parent !== tree.root ? 'relay' : isAtHome ? 'origin' : 'gateway';
    return { from: parent, fromRegion: self.region, reason: { kind } };
  }
  // The gateway; or the view names no node in this region at all, and who stands alone is a gateway of his own.
  const route = regionRoute(view, self.region, feed.originRegion, currentVia);
  const gateway = route.kind === 'detour' ? gatewayOf(view, feed.roomId, route.via) : undefined;
  const reason = { kind: 'border', route } as const;
  if (route.kind === 'detour' && gateway !== undefined)
    return { from: gateway, fromRegion: route.via, reason };
  return { from: feed.originNode, fromRegion: feed.originRegion, reason };
}
