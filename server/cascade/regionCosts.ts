import type { RegionId } from '../../protocol/network.ts';
import type { RegionLink } from './networkView.ts';

/**
 * What a loss ratio of 1 costs as round trip, so that 1 % costs as much as 30 ms: at 1 % one picture in ten or so waits
 * for a packet that is sent again, and a link that loses everything is worse than any detour on the earth.
 */
const lossCostMs = 3000;

/** What media between two regions costs, as a round trip in ms that takes loss into account. */
export class RegionCosts {
  /** The regions that have a node to pull from, in the order of their names. */
  readonly usable: readonly RegionId[];
  readonly #between = new Map<RegionId, Map<RegionId, number[]>>();

  constructor(usable: Iterable<RegionId>, links: Iterable<RegionLink>) {
    this.usable = [...usable].sort();
    for (const { from, to, rttMs, lossRatio } of links) {
      const costMs = rttMs + lossCostMs * lossRatio;
      const row = this.#between.get(from);
      if (!row) {
        this.#between.set(from, new Map([[to, [costMs]]]));
        continue;
      }
      const measured = row.get(to);
      if (measured) measured.push(costMs);
      else row.set(to, [costMs]);
    }
    for (const row of this.#between.values()) {
      for (const costsMs of row.values()) if (costsMs.length > 1) costsMs.sort((one, other) => one - other);
    }
  }

  /**
   * Of media that flows from one region to another, in ms; what was measured the other way round where nothing else is
   * known, and Infinity where nothing is known. Of several measurements the middle one: a sick node spoils only its own.
   */
  costMs(from: RegionId, to: RegionId): number {
    const measured = this.#between.get(from)?.get(to) ?? this.#between.get(to)?.get(from) ?? [];
    return measured[(measured.length - 1) >> 1] ?? Infinity;
  }
}
