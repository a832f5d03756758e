import type { RegionId } from '../../protocol/network.ts';

/** What is told of a loss: coarse, since every change makes all nodes plan anew. */
const steps = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] as const;
/** The weight of one sample of a second: a burst is no reason to go another way. */
const sampleWeight = 0.1;
/** A way that nothing takes any more is thought of as it was for so long; then it may be tried again. */
const rememberMs = 120_000;
/** A way on which layers are shed loses at least so much: without them it would. */
const shedLoss = 0.05;

/** Below this nothing is lost: an average never comes down to 0. */
const clearlyNone = 0.004;

interface Seen {
  smoothed: number;
  told: number;
  atMs: number;
}

/** How much of what comes from other regions is lost on its way here. Knows no clock. */
export class RegionLoss {
  readonly #regions = new Map<RegionId, Seen>();

  /** `lossRatio` since the sample before; `shed`: the way bears less than is wanted of it. */
  sample(region: RegionId, lossRatio: number, shed: boolean, nowMs: number): void {
    const loss = Math.max(lossRatio, shed ? shedLoss : 0);
    const before = this.#regions.get(region) ?? { smoothed: 0, told: 0, atMs: nowMs };
    const smoothed = before.smoothed + sampleWeight * (loss - before.smoothed);
    this.#regions.set(region, { smoothed, told: heldStep(before.told, smoothed), atMs: nowMs });
  }

  /** 0 to 1. */
  from(region: RegionId, nowMs: number): number {
    const seen = this.#regions.get(region);
    return seen && nowMs - seen.atMs < rememberMs ? seen.told : 0;
  }
}

/** The step that was told, as long as the loss is nearer to it than to the ones beyond its neighbours. */
function heldStep(told: number, loss: number): number {
  const at = steps.findIndex((step) => step === told);
  const below = steps[at - 1] || clearlyNone;
  const above = steps[at + 1] ?? 1;
  if (loss < above && (at === 0 || loss > below)) return told;
  return [...steps].reverse().find((step) => step <= loss) ?? 0;
}
