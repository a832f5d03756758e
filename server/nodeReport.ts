import type { NodeRecord, RegionId } from '../protocol/network.ts';
import { heldLoad } from './cascade/loadSteps.ts';
import type { ClusterStore } from './cluster/clusterStore.ts';
import type { NodeLinks } from './cluster/nodeLinks.ts';
import { regionWays } from './regionWays.ts';
import type { RegionLinkNow, RegionWays } from './regionWays.ts';

export interface NodeReportParts {
  self: NodeRecord;
  store: ClusterStore;
  links: NodeLinks;
  /** CPU of all media workers together, as a share of their cores. */
  cpuShare: () => number;
  /** People connected here. */
  viewers: () => number;
  /** What is lost of media from a region, 0 to 1, in coarse steps. */
  lossFrom: (region: RegionId) => number;
}

const lookEveryMs = 1000;
/** The weight of one look: a peak of a few seconds is no reason to move rooms. */
const loadWeight = 0.2;
/** Load is told in steps of a twentieth, which the borders of the cascade's steps are multiples of. */
const loadSteps = 20;

/** Tells the others, by way of the store, how the node is doing and how far it is from other regions; the answer stops it. */
export function startNodeReport({
  self,
  store,
  links,
  cpuShare,
  viewers,
  lossFrom,
}: NodeReportParts): () => void {
  const downSinceMs = new Map<string, number>();
  let load: number | undefined;
  let told: number | undefined;
  let ways: RegionWays = {};

  const linksNow = (): RegionLinkNow[] => {
    const nowMs = performance.now();
    const open = new Map(links.all().map((link) => [link.nodeId, link]));
    const members = store.members().nodes.filter(({ region }) => region !== self.region);
    for (const nodeId of downSinceMs.keys())
      if (!members.some((node) => node.nodeId === nodeId)) downSinceMs.delete(nodeId);
    return members.flatMap(({ nodeId, region }) => {
      const link = open.get(nodeId);
      // Nobody has tried.
      if (link === undefined) return [];
      if (link.up) downSinceMs.delete(nodeId);
      else if (!downSinceMs.has(nodeId)) downSinceMs.set(nodeId, nowMs);
      const downMs = nowMs - (downSinceMs.get(nodeId) ?? nowMs);
      return [{ region, rttMs: link.up ? link.figures?.smoothedRttMs : undefined, downMs }];
    });
  };
  const look = (): void => {
    const now = Math.min(1, cpuShare());
    load = load === undefined ? now : load + loadWeight * (now - load);
    told = heldLoad(told, Math.floor(load * loadSteps) / loadSteps);
    store.update({ load: told, viewers: viewers() });
    const before = JSON.stringify(ways);
    ways = regionWays(ways, linksNow(), lossFrom);
    if (JSON.stringify(ways) !== before) store.update({ links: ways });
  };
  const timer = setInterval(look, lookEveryMs);
  look();
  return () => {
    clearInterval(timer);
  };
}
