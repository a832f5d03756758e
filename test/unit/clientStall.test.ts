import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { StallWatch } from '../../client/stallWatch.ts';

let newest: number;
let stalls: number[];
let watch: StallWatch;

beforeEach(() => {
  jest.useFakeTimers();
  newest = 0;
  stalls = [];
  const startedMs = performance.now();
  watch = new StallWatch({
    newer: () => newest,
    stalled: () => stalls.push(performance.now() - startedMs),
  });
  watch.start();
});
afterEach(() => {
  watch.stop();
  jest.useRealTimers();
});

test('media that stands still is noticed within a second, and asked about again only now and then', () => {
  newest = 5;
  jest.advanceTimersByTime(1000);
  expect(stalls).toHaveLength(1);
  jest.advanceTimersByTime(9000);
  expect(stalls).toHaveLength(1);
  jest.advanceTimersByTime(2000);
  expect(stalls).toHaveLength(2);
});

test('media that flows, or never came, is nothing to ask about', () => {
  jest.advanceTimersByTime(20_000);
  for (let n = 0; n < 50; n += 1) {
    newest += 1;
    jest.advanceTimersByTime(500);
  }
  expect(stalls).toEqual([]);
});

test('after it was stopped nothing is asked', () => {
  newest = 5;
  jest.advanceTimersByTime(400);
  watch.stop();
  jest.advanceTimersByTime(20_000);
  expect(stalls).toEqual([]);
});
