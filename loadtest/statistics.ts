/** What a list of samples comes to; percentiles are nearest-rank, so each is a sample that occurred. */
export interface Summary {
  count: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  min: number;
  max: number;
}

/** The smallest sample that at least `share` (0 to 1) of all samples do not exceed; NaN of nothing. */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return NaN;
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

export function summarize(samples: readonly number[]): Summary {
  return {
    count: samples.length,
    mean: mean(samples),
    p50: percentile(samples, 0.5),
    p95: percentile(samples, 0.95),
    p99: percentile(samples, 0.99),
    min: Math.min(...samples),
    max: Math.max(...samples),
  };
}

/** Least-squares slope of `y` over `x`: what one more `x` costs, whatever the fixed part is. */
export function slope(points: readonly { x: number; y: number }[]): number {
  const middleX = mean(points.map(({ x }) => x));
  const middleY = mean(points.map(({ y }) => y));
  let above = 0;
  let below = 0;
  for (const { x, y } of points) {
    above += (x - middleX) * (y - middleY);
    below += (x - middleX) ** 2;
  }
  return above / below;
}

/** A counter that only grows, read at some time. */
export interface CounterSample {
  atMs: number;
  total: number;
}

/** The most the counter grew within any `windowMs`, out of samples in the order of time. */
export function busiestWindow(samples: readonly CounterSample[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const { atMs, total } of samples) {
    while (atMs - (samples[first]?.atMs ?? atMs) > windowMs) first++;
    most = Math.max(most, total - (samples[first]?.total ?? total));
  }
  return most;
}

/** A repeatable stream of numbers in [0, 1): the same joins at the same moments in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
