import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { CascadeFeed, NetworkView, Place } from './networkView.ts';
import { upstream } from './upstreamChoice.ts';
import type { Upstream } from './upstreamChoice.ts';

/** One node's pull in the tree of a feed. */
export interface PlannedPull extends Place, Upstream {
  /** Pulls between here and the origin, this one included. */
  depth: number;
  /** Somebody at this node watches; else it pulls for others alone. */
  watched: boolean;
}

/**
 * The whole tree of a feed for the nodes that watch it, each pull after the one it hangs from. It asks every node's own
 * `upstream()`, so it is what they will do. `currentVia` names the detours in use, by the region they lead into.
 */
export function planRoom(
  view: NetworkView,
  feed: CascadeFeed,
  watching: Iterable<Place>,
  currentVia?: (region: RegionId) => RegionId | undefined,
): PlannedPull[] {
  const planned = new Map<NodeId, PlannedPull>();
  const plan = (place: Place, watched: boolean): number => {
    const known = planned.get(place.nodeId);
    if (known) {
      known.watched ||= watched;
      return known.depth;
    }
    const up = upstream(view, place, feed, currentVia?.(place.region));
    if (!up) return 0;
    const depth = plan({ nodeId: up.from, region: up.fromRegion }, false) + 1;
    planned.set(place.nodeId, { nodeId: place.nodeId, region: place.region, ...up, depth, watched });
    return depth;
  };
  for (const place of watching) plan(place, true);
  return [...planned.values()];
}
