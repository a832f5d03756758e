import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { CascadeFeed, NetworkNode, Place, RegionLink } from '../../server/cascade/networkView.ts';
import type { Random } from './random.ts';

export const nodeId = (name: string) => name as NodeId;
export const regionId = (name: string) => name as RegionId;

export interface Cluster {
  nodes: NetworkNode[];
  links: RegionLink[];
}

/** An idle node that takes a thousand viewers. */
export function node(name: string, region: string, more: Partial<NetworkNode> = {}): NetworkNode {
  return {
    nodeId: nodeId(name),
    region: regionId(region),
    healthy: true,
    draining: false,
    load: 0,
    capacity: 1000,
    ...more,
  };
}

/** Both directions of a link. */
export function linked(one: string, other: string, rttMs: number, lossRatio = 0): RegionLink[] {
  return [
    { from: regionId(one), to: regionId(other), rttMs, lossRatio },
    { from: regionId(other), to: regionId(one), rttMs, lossRatio },
  ];
}

/** `regions` times `nodesEach` idle nodes named `r0-n0`, and every region 80 ms from every other. */
export function evenCluster(regions: number, nodesEach: number): Cluster {
  const names = Array.from({ length: regions }, (_, index) => `r${index}`);
  return {
    nodes: names.flatMap((region) =>
      Array.from({ length: nodesEach }, (_, index) => node(`${region}-n${index}`, region)),
    ),
    links: names.flatMap((one, index) => names.slice(index + 1).flatMap((other) => linked(one, other, 80))),
  };
}

/** Anything a network may look like: nodes that are sick, full or leaving, links that are lossy, cut or unknown. */
export function randomCluster(random: Random, most: { regions: number; nodesEach: number }): Cluster {
  const names = Array.from({ length: 1 + random.int(most.regions) }, (_, index) => `r${index}`);
  const nodes = names.flatMap((region) =>
    Array.from({ length: 1 + random.int(most.nodesEach) }, (_, index) =>
      node(`${region}-n${index}`, region, {
        healthy: !random.chance(0.1),
        draining: random.chance(0.1),
        load: random.next(),
        capacity: random.pick([0, 200, 500, 1000]),
      }),
    ),
  );
  const links = names.flatMap((from) =>
    names
      .filter((to) => to !== from && !random.chance(0.1))
      .map((to) => ({
        from: regionId(from),
        to: regionId(to),
        rttMs: random.int(300),
        lossRatio: random.chance(0.05) ? 1 : random.chance(0.3) ? random.next() * 0.1 : 0,
      })),
  );
  return { nodes, links };
}

export function feedFrom(origin: Place, room = 'party', epoch = 1): CascadeFeed {
  return {
    roomId: room as RoomId,
    feedId: 'hanna:camera' as FeedId,
    originNode: origin.nodeId,
    originRegion: origin.region,
    epoch,
  };
}
