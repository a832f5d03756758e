import { describe, expect, test } from '@jest/globals';
import { figuresTable } from '../../loadtest/figures.ts';
import { busiestWindow, percentile, seededRandom, slope, summarize } from '../../loadtest/statistics.ts';

describe('percentiles', () => {
  test('are samples that occurred, by nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.95, 0.99, 1].map((share) => percentile(samples, share))).toEqual([50, 95, 99, 100]);
  });

  test('of one sample are that sample, of none are not a number', () => {
    expect(summarize([7])).toMatchObject({ p50: 7, p95: 7, p99: 7, min: 7, max: 7, mean: 7 });
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('slope', () => {
  test('is what one more costs, whatever the fixed part', () => {
    expect(slope([0, 10, 20, 30].map((x) => ({ x, y: 5000 + 12 * x })))).toBeCloseTo(12);
  });
});

describe('the busiest window', () => {
  const samples = [0, 1000, 2000, 3000, 4000].map((atMs, index) => ({
    atMs,
    total: [0, 1, 5, 9, 9][index] ?? 0,
  }));

  test('is the one in which the counter grew most', () => {
    expect(busiestWindow(samples, 2000)).toBe(8);
    expect(busiestWindow(samples, 1000)).toBe(4);
  });

  test('is the whole when the samples do not fill it', () => {
    expect(busiestWindow(samples, 60_000)).toBe(9);
    expect(busiestWindow([], 1000)).toBe(0);
  });
});

describe('the table', () => {
  const figure = {
    group: 'First frame',
    name: 'p50',
    unit: 'ms',
    tributary: { value: 151 },
    bare: { value: 99.51 },
  };

  test('names the group once, and says whether the aim was reached', () => {
    const table = figuresTable([
      { ...figure, aim: { atMost: 150 } },
      { ...figure, tributary: { value: 2, low: 1, high: 3 }, aim: { atLeast: 1 } },
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      '| **First frame** | p50 | 151 ms | 99.5 ms | ≤ 150 ms: **missed** |',
      '|  | p50 | 2.00 ms (1.00 to 3.00) | 99.5 ms | ≥ 1 ms: reached |',
    ]);
  });

  test('shows nothing where nothing was measured', () => {
    const [line] = figuresTable([{ ...figure, tributary: { value: NaN }, aim: { atMost: 150 } }])
      .split('\n')
      .slice(2);
    expect(line).toBe('| **First frame** | p50 |  | 99.5 ms | ≤ 150 ms |');
  });
});

test('the same seed gives the same moments', () => {
  const [one, other] = [seededRandom(1), seededRandom(1)];
  const numbers = Array.from({ length: 50 }, one);
  expect(Array.from({ length: 50 }, other)).toEqual(numbers);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
});
