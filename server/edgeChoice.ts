import type { Edge, EdgeList } from '../protocol/edges.ts';
import { probePath } from '../protocol/edgePaths.ts';
import type { NodeRecord, RegionId } from '../protocol/network.ts';
import { loadStep } from './cascade/loadSteps.ts';

/** More of one region help nobody: they are equally near. */
const perRegion = 3;
/** As many as a browser can probe at once without waiting for itself; more only where each is another region. */
const fewEdges = 8;
const mostEdges = 16;

export interface EdgeWish {
  /** Only edges of this region, as long as it has any. */
  region?: RegionId | undefined;
  /** Whoever asks is here already, so this node is never left out for another one of its kind. */
  self: NodeRecord['nodeId'];
}

/**
 * The best few nodes for one browser that asks, of all that take people: the least loaded first, and drawn by lot among
 * equals, since the whole crowd of a node that is lost asks at once. `random` is in [0, 1).
 */
export function chooseEdges(
  nodes: readonly NodeRecord[],
  { region, self }: EdgeWish,
  random: () => number,
): EdgeList {
  const open = nodes.filter(takesPeople);
  const regions = [...new Set(open.map((node) => node.region))].sort();
  const asked = open.filter((node) => node.region === region);
  const drawn = (asked.length > 0 ? asked : open)
    .map((node) => ({ node, step: loadStep(node.load), draw: drawOf(node, random()) }))
    .sort((one, other) => one.step - other.step || one.draw - other.draw)
    .map(({ node }) => node);
  const own = drawn.filter(({ nodeId }) => nodeId === self);
  const taken = inRounds([...own, ...drawn.filter((node) => !own.includes(node))]);
  return { self, edges: drawn.filter((node) => taken.has(node)).map(edgeOf), regions };
}

/** Whether a node may be given anybody new. One that says no capacity knows no limit. */
export function takesPeople({ draining, load, viewers, capacity }: NodeRecord): boolean {
  return !draining && load < 1 && (capacity === 0 || viewers < capacity);
}

/** What a browser is told of a node. */
export function edgeOf({ publicUrl, nodeId, region, load }: NodeRecord): Edge {
  const url = publicUrl.replace(/\/+$/, '');
  return { url, nodeId, region, load: loadStep(load), probeUrl: `${url}${probePath}` };
}

/** One of each region, then a second of each, and so on, in the order they come. */
function inRounds(nodes: readonly NodeRecord[]): Set<NodeRecord> {
  const taken = new Set<NodeRecord>();
  const counts = new Map<RegionId, number>();
  for (let round = 0; round < perRegion; round += 1) {
    for (const node of nodes) {
      if (taken.size >= (round === 0 ? mostEdges : fewEdges)) return taken;
      if (taken.has(node) || (counts.get(node.region) ?? 0) > round) continue;
      counts.set(node.region, round + 1);
      taken.add(node);
    }
  }
  return taken;
}

/** A node twice as large is drawn first twice as often: the lowest of exponential draws. */
function drawOf({ capacity }: NodeRecord, uniform: number): number {
  return -Math.log(1 - uniform) / Math.max(1, capacity);
}
