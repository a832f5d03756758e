import type { RegionId, RegionWay } from '../protocol/network.ts';

/** A link to a node of another region, as it is just now. */
export interface RegionLinkNow {
  region: RegionId;
  /** Smoothed; undefined where there is no connection, or nothing was measured yet. */
  rttMs: number | undefined;
  /** How long there has been no connection. */
  downMs: number;
}

export type RegionWays = Readonly<Record<RegionId, RegionWay>>;

/** After so long without any connection to it, nothing comes through to a region. */
const lostAfterMs = 1000;
/** A round trip within this of the one told last, in ms or as a share of it, whichever is more, is the same. */
const sameMs = 10;
const sameShare = 0.25;
/** What a record has room for. */
const mostRegions = 64;

/**
 * What a node tells of the ways to other regions: the best link's round trip, and what media from there loses, or 1
 * where no link works. What was
 * told stays until it is clearly wrong, since every change makes all nodes plan anew.
 */
export function regionWays(
  told: RegionWays,
  links: readonly RegionLinkNow[],
  lossFrom: (region: RegionId) => number = () => 0,
): RegionWays {
  const regions = [...new Set(links.map(({ region }) => region))].sort().slice(0, mostRegions);
  const ways: [RegionId, RegionWay][] = [];
  for (const region of regions) {
    const way = wayTo(
      told[region],
      links.filter((link) => link.region === region),
      lossFrom(region),
    );
    if (way !== undefined) ways.push([region, way]);
  }
  return Object.fromEntries(ways);
}

function wayTo(
  told: RegionWay | undefined,
  links: readonly RegionLinkNow[],
  lossRatio: number,
): RegionWay | undefined {
  const measuredMs = links.flatMap(({ rttMs }) => (rttMs === undefined ? [] : [rttMs]));
  if (measuredMs.length > 0) return { rttMs: heldRttMs(told, Math.min(...measuredMs)), lossRatio };
  const lost = links.every(({ downMs }) => downMs >= lostAfterMs);
  return lost ? { rttMs: told?.rttMs ?? 0, lossRatio: 1 } : told;
}

function heldRttMs(told: RegionWay | undefined, rttMs: number): number {
  if (told !== undefined && Math.abs(rttMs - told.rttMs) <= Math.max(sameMs, sameShare * told.rttMs))
    return told.rttMs;
  return Math.round(rttMs);
}
