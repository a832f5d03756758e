import type { RegionId } from '../../protocol/network.ts';
import type { NetworkView } from './networkView.ts';
import type { RegionCosts } from './regionCosts.ts';

/** How a feed comes into a region; costs as in `regionCosts.ts`, `directMs` Infinity where nothing was measured. */
export type RegionRoute =
  { kind: 'direct'; directMs: number } | { kind: 'detour'; via: RegionId; directMs: number; viaMs: number };

/** What one more node on the way costs, in ms. */
const hopMs = 5;

/** What a detour has to save, of the direct way: to be taken, and to be kept. */
const margins = { taken: { leastMs: 25, share: 0.2 }, kept: { leastMs: 10, share: 0.1 } } as const;

/** By how much another detour has to be better than the one in use. */
const otherDetour = { leastMs: 15, share: 0.1 } as const;

/**
 * The way into the region `to` for a feed from the region `origin`: straight, or through a third one where that is
 * clearly better. `current` is the detour in use, which is left only for something better by a margin.
 *
 * There can be no loop. A detour leads only through a region that is steady: one for which no detour saves even as
 * much as keeps one in use. Steady regions go straight, whatever their `current` is, and the view alone says which
 * they are. So a way has at most one region between.
 */
export function regionRoute(
  { costs }: NetworkView,
  to: RegionId,
  origin: RegionId,
  current?: RegionId,
): RegionRoute {
  const directMs = costs.costMs(origin, to);
  const direct = { kind: 'direct', directMs } as const;
  // Links are opened on demand: that nothing was measured says nothing against the direct way.
  if (directMs === Infinity || savedMs(costs, to, origin) < marginMs(margins.kept, directMs)) return direct;
  let best: RegionId | undefined;
  let bestMs = Infinity;
  let currentMs = Infinity;
  for (const via of costs.usable) {
    const viaMs = detourMs(costs, to, via, origin);
    if (directMs - viaMs < marginMs(margins.kept, directMs) || !isSteady(costs, via, origin)) continue;
    if (via === current) currentMs = viaMs;
    if (viaMs < bestMs) {
      best = via;
      bestMs = viaMs;
    }
  }
  if (best === undefined) return direct;
  if (current !== undefined && currentMs < Infinity) {
    const kept = currentMs - bestMs < marginMs(otherDetour, currentMs);
    return { kind: 'detour', via: kept ? current : best, directMs, viaMs: kept ? currentMs : bestMs };
  }
  const taken = directMs - bestMs >= marginMs(margins.taken, directMs);
  return taken ? { kind: 'detour', via: best, directMs, viaMs: bestMs } : direct;
}

/** Whether the way into a region is straight for certain. */
function isSteady(costs: RegionCosts, to: RegionId, origin: RegionId): boolean {
  const directMs = costs.costMs(origin, to);
  return directMs < Infinity && savedMs(costs, to, origin) < marginMs(margins.kept, directMs);
}

/** What the best of all detours saves, steady or not. */
function savedMs(costs: RegionCosts, to: RegionId, origin: RegionId): number {
  let bestMs = Infinity;
  for (const via of costs.usable) bestMs = Math.min(bestMs, detourMs(costs, to, via, origin));
  return costs.costMs(origin, to) - bestMs;
}

function detourMs(costs: RegionCosts, to: RegionId, via: RegionId, origin: RegionId): number {
  if (via === to || via === origin) return Infinity;
  return costs.costMs(origin, via) + costs.costMs(via, to) + hopMs;
}

function marginMs({ leastMs, share }: { leastMs: number; share: number }, ofMs: number): number {
  return Math.max(leastMs, share * ofMs);
}
