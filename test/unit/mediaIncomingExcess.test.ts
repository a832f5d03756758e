import { expect, test } from '@jest/globals';
import { IncomingExcess } from '../../server/media/incomingExcess.ts';

const limits = { maxIncomingBps: 8_000_000, excessFactor: 1.5, excessSamples: 3 };

/** Feeds samples two seconds apart, each in megabits a second; what was answered to each after the first. */
function answers(...megabits: number[]): boolean[] {
  const excess = new IncomingExcess(limits);
  let bytes = 1_000_000;
  excess.sample(bytes, 0);
  return megabits.map((mbps, index) => {
    bytes += (mbps * 2_000_000) / 8;
    return excess.sample(bytes, (index + 1) * 2000);
  });
}

test('a publisher within his bound, or a little above it, goes on', () => {
  expect(answers(8, 8, 11.9, 11.9, 11.9)).not.toContain(true);
});

test('who stays well above it has to stop', () => {
  expect(answers(12.1, 30, 12.1)).toEqual([false, false, true]);
});

test('a burst that ends is forgiven, however often it comes', () => {
  expect(answers(30, 30, 2, 30, 30, 2, 30, 30)).not.toContain(true);
});

test('an answer that comes late is not taken for a burst', () => {
  const excess = new IncomingExcess({ ...limits, excessSamples: 1 });
  excess.sample(0, 0);
  expect(excess.sample(10_000_000, 10_000)).toBe(false);
  expect(excess.sample(20_000_000, 10_000)).toBe(false);
});
