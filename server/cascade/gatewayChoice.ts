import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { Candidate, NetworkView } from './networkView.ts';
import { hashText, weightedDraw } from './rendezvous.ts';
import type { Hash } from './rendezvous.ts';

/**
 * The node that pulls a room's feeds into a region for all others there: by weighted rendezvous among those that stay,
 * or, where all are draining, among these. Undefined where the region has no node to pull from.
 */
export function gatewayOf(view: NetworkView, roomId: RoomId, region: RegionId): NodeId | undefined {
  const room = hashText(roomId);
  let first: Candidate | undefined;
  let lowest = Infinity;
  for (const candidate of view.candidates.get(region) ?? []) {
    const draw = weightedDraw(room, candidate.hash, candidate.weight);
    if (first && compare(candidate, draw, first, lowest) >= 0) continue;
    first = candidate;
    lowest = draw;
  }
  return first?.nodeId;
}

/** Nodes in the order in which they serve a room; of a whole region, the first is its gateway. */
export function inRank(candidates: readonly Candidate[], room: Hash): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, draw: weightedDraw(room, candidate.hash, candidate.weight) }))
    .sort((one, other) => compare(one.candidate, one.draw, other.candidate, other.draw))
    .map(({ candidate }) => candidate);
}

/** Those that stay come before those that are draining, then the lower draw. */
function compare(one: Candidate, oneDraw: number, other: Candidate, otherDraw: number): number {
  return Number(one.draining) - Number(other.draining) || oneDraw - otherDraw;
}
