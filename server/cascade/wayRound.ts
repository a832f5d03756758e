import { gatewayOf, inRank } from './gatewayChoice.ts';
import type { CascadeFeed, NetworkView, Place } from './networkView.ts';
import { hashText } from './rendezvous.ts';
import type { Upstream } from './upstreamChoice.ts';

/** A way that costs more is one on which nothing comes through; see `regionCosts.ts`. */
const mostCostMs = 3000;

/**
 * The node to pull from instead of `up` when that is the feed's origin and cannot be reached from here, though others may
 * well reach it: another node of its region, or else the gateway of a third region. Undefined where `up` is right, or all
 * there is.
 *
 * This node decides it alone, by what it alone knows, and the others go on as they are. Should two that cannot reach the
 * origin choose each other, the one that is asked second refuses, as of any path with itself in it.
 */
export function wayRound(
  view: NetworkView,
  self: Place,
  { roomId, originNode, originRegion }: CascadeFeed,
  up: Upstream,
): Upstream | undefined {
  if (up.from !== originNode || !view.lost.has(originNode)) return undefined;
  const near = inRank(view.candidates.get(originRegion) ?? [], hashText(roomId));
  const neighbour = near.find(({ nodeId }) => nodeId !== self.nodeId);
  if (neighbour !== undefined) return { ...up, from: neighbour.nodeId };
  const { costs } = view;
  const directMs = costs.costMs(originRegion, self.region);
  const ways = costs.usable
    .filter((region) => region !== self.region && region !== originRegion)
    .map((via) => ({ via, viaMs: costs.costMs(originRegion, via) + costs.costMs(via, self.region) }))
    .filter(({ viaMs }) => viaMs < mostCostMs)
    .sort((one, other) => one.viaMs - other.viaMs);
  for (const { via, viaMs } of ways) {
    const from = gatewayOf(view, roomId, via);
    if (from === undefined) continue;
    return {
      from,
      fromRegion: via,
      reason: { kind: 'border', route: { kind: 'detour', via, directMs, viaMs } },
    };
  }
  return undefined;
}
