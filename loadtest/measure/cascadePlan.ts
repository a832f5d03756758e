import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import { prepareView } from '../../server/cascade/networkView.ts';
import type { CascadeFeed, NetworkNode, RegionLink } from '../../server/cascade/networkView.ts';
import { planRoom } from '../../server/cascade/roomPlan.ts';
import { upstream } from '../../server/cascade/upstreamChoice.ts';
import { seededRandom, summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

export interface CascadePlanPlan {
  nodes: number;
  regions: number;
  /** Each figure is taken this often, each time with another room. */
  turns: number;
}

export interface CascadePlanResult {
  /** The whole tree of a room that every node watches, from nodes and links to the last pull. */
  fullPlanMs: Summary;
  /** One node's news: the new view, and where this node pulls one room's feed from then. */
  oneChangeMs: Summary;
  /** The same with the whole tree of the room planned again. */
  oneChangePlannedMs: Summary;
  /** One node's own upstream for one room in a view it has. */
  upstreamMs: Summary;
}

/** What the cascade's decisions cost in a network of this size. */
export function measureCascadePlan({ nodes, regions, turns }: CascadePlanPlan): CascadePlanResult {
  const random = seededRandom(1);
  const network = makeNetwork(nodes, regions, random);
  const samples = { fullPlanMs: [], oneChangeMs: [], oneChangePlannedMs: [], upstreamMs: [] } as Record<
    keyof CascadePlanResult,
    number[]
  >;
  for (let turn = -turns; turn < turns; turn++) {
    const feed = feedOf(turn, network.nodes);
    const self = pick(network.nodes, random);
    const planned = timed(() => {
      const view = prepareView(network.nodes, network.links);
      planRoom(view, feed, network.nodes);
      return view;
    });
    const asked = timed(() => upstream(planned.result, self, feedOf(turn + turns + 1, network.nodes)));
    const changed = pick(network.nodes, random);
    network.nodes = network.nodes.map((node) => (node === changed ? { ...node, load: random() } : node));
    const change = timed(() => {
      const view = prepareView(network.nodes, network.links);
      upstream(view, self, feed);
      return view;
    });
    const plannedAgain = timed(() => planRoom(change.result, feed, network.nodes));
    // The first half warms up.
    if (turn < 0) continue;
    samples.fullPlanMs.push(planned.ms);
    samples.upstreamMs.push(asked.ms);
    samples.oneChangeMs.push(change.ms);
    samples.oneChangePlannedMs.push(change.ms + plannedAgain.ms);
  }
  return {
    fullPlanMs: summarize(samples.fullPlanMs),
    oneChangeMs: summarize(samples.oneChangeMs),
    oneChangePlannedMs: summarize(samples.oneChangePlannedMs),
    upstreamMs: summarize(samples.upstreamMs),
  };
}

function timed<T>(work: () => T): { ms: number; result: T } {
  const startedAtMs = performance.now();
  const result = work();
  return { ms: performance.now() - startedAtMs, result };
}

function makeNetwork(
  nodes: number,
  regions: number,
  random: () => number,
): { nodes: NetworkNode[]; links: RegionLink[] } {
  const names = Array.from({ length: regions }, (_, index) => `region-${index}` as RegionId);
  return {
    nodes: Array.from({ length: nodes }, (_, index) => ({
      nodeId: `node-${index}` as NodeId,
      region: names[index % regions]!,
      healthy: true,
      draining: false,
      load: random() * 0.9,
      capacity: 500 + Math.floor(random() * 1000),
    })),
    links: names.flatMap((from) =>
      names
        .filter((to) => to !== from)
        .map((to) => ({ from, to, rttMs: 20 + random() * 280, lossRatio: random() * 0.02 })),
    ),
  };
}

function feedOf(room: number, nodes: readonly NetworkNode[]): CascadeFeed {
  const origin = nodes[Math.abs(room) % nodes.length]!;
  return {
    roomId: `room-${room}` as RoomId,
    feedId: 'host:camera' as FeedId,
    originNode: origin.nodeId,
    originRegion: origin.region,
    epoch: 1,
  };
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}
