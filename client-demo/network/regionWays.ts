import type { NetworkReport, RegionId } from '../../client/operator.ts';

/** The least round trip measured between this region and each other one; null where nothing was measured. */
export function regionWays(
  { regions, links }: Pick<NetworkReport, 'regions' | 'links'>,
  from: RegionId,
): { to: RegionId; rttMs: number | null }[] {
  return regions
    .filter((to) => to !== from)
    .map((to) => {
      const measured = links.flatMap(({ fromRegion, toRegion, rttMs }) =>
        rttMs !== null &&
        ((fromRegion === from && toRegion === to) || (fromRegion === to && toRegion === from))
          ? [rttMs]
          : [],
      );
      return { to, rttMs: measured.length === 0 ? null : Math.min(...measured) };
    });
}
