import type { Edge } from '../protocol/edges.ts';

/** An edge, and what is known of the way to it. */
export interface KnownEdge extends Edge {
  /** As measured last; undefined where it was not. */
  rttMs?: number | undefined;
  /** On the clock of `performance.now()`: it did not answer, or takes nobody. */
  failedAtMs?: number | undefined;
}

/** Nobody notices what a nearer node would save. */
const nearMs = 30;
/** What a fuller node has to be nearer by, for each step of its load. */
const loadCostMs = [0, 10, 40, 150] as const;
/** Nodes whose round trips differ by less are equally near, and the lot decides: a crowd must not choose as one. */
const sameMs = 10;
const unknownRttMs = 100;
/** For so long nobody tries again what failed, while there is something else. */
const failureCountsMs = 10_000;

/** Whether it is not worth a look at others: the node that was asked is near, and none of its region has more room. */
export function isNearEnough(own: Edge, edges: readonly Edge[], rttMs: number): boolean {
  const neighbours = edges.filter(({ region }) => region === own.region);
  return rttMs <= nearMs && neighbours.every(({ load }) => load >= own.load);
}

/** The best of those that were measured; undefined where none was. `random` is in [0, 1). */
export function bestEdge(edges: readonly KnownEdge[], random: () => number): KnownEdge | undefined {
  const measured = edges.filter(({ rttMs }) => rttMs !== undefined);
  const least = Math.min(...measured.map(costOf));
  const equal = measured.filter((edge) => costOf(edge) < least + sameMs);
  return equal[Math.floor(random() * equal.length)];
}

/**
 * Where to try when the connection to `current` is lost, in this order: there again first, since most cuts are short;
 * then its region or the one that was asked for, the nearer and emptier before the others.
 */
export function edgesToTry(
  edges: readonly KnownEdge[],
  { current, region, nowMs }: { current: string; region: string | undefined; nowMs: number },
  random: () => number,
): KnownEdge[] {
  const home = region ?? edges.find(({ url }) => url === current)?.region;
  const costs = new Map(
    edges.map((edge) => [edge, Math.floor(costOf(edge) / sameMs) * sameMs + random() * sameMs]),
  );
  const rank = (edge: KnownEdge): number => {
    if (nowMs - (edge.failedAtMs ?? -Infinity) < failureCountsMs) return 3;
    if (edge.url === current) return 0;
    return edge.region === home ? 1 : 2;
  };
  return edges.toSorted(
    (one, other) => rank(one) - rank(other) || (costs.get(one) ?? 0) - (costs.get(other) ?? 0),
  );
}

function costOf({ rttMs = unknownRttMs, load }: KnownEdge): number {
  return rttMs + (loadCostMs[load] ?? 0);
}
