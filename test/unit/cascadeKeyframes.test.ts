import { describe, expect, test } from '@jest/globals';
import { playCrowd } from '../support/keyframeCrowd.ts';
import type { CrowdOutcome } from '../support/keyframeCrowd.ts';
import { busiest } from '../support/simulation.ts';

function tell(name: string, { asksMs, waitsMs }: CrowdOutcome): void {
  const sorted = [...waitsMs].sort((one, other) => one - other);
  const part = (share: number) => `${Math.round(sorted[Math.ceil(share * sorted.length) - 1]!)} ms`;
  console.info(
    `${name}: ${asksMs.length} requests at the publisher, ${busiest(asksMs, 1000)} in the busiest second, ` +
      `${busiest(asksMs, 10_000)} in ten; ${waitsMs.length} served, p50 ${part(0.5)}, p95 ${part(0.95)}, last ${part(1)}`,
  );
}

describe('a crowd over three regions with twenty nodes each', () => {
  test('of 10,000 in one second is served with three keyframes a second', () => {
    const outcome = playCrowd({ joins: 10_000, withinMs: 1000, lostRatio: 0, piped: true }, 1);
    tell('10,000 joins in a second', outcome);
    expect(outcome.waitsMs).toHaveLength(10_000);
    expect(busiest(outcome.asksMs, 1000)).toBeLessThanOrEqual(3);
    expect(Math.max(...outcome.waitsMs)).toBeLessThan(1500);
  });

  test('that keeps coming is served with thirty keyframes in ten seconds', () => {
    const outcome = playCrowd({ joins: 20_000, withinMs: 20_000, lostRatio: 0, piped: true }, 2);
    tell('1,000 joins a second for 20 s', outcome);
    expect(outcome.waitsMs).toHaveLength(20_000);
    expect(busiest(outcome.asksMs, 1000)).toBeLessThanOrEqual(3);
    expect(busiest(outcome.asksMs, 10_000)).toBeLessThanOrEqual(30);
  });

  test('is served where one keyframe in ten is lost at each hop', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const outcome = playCrowd({ joins: 10_000, withinMs: 1000, lostRatio: 0.1, piped: true }, seed);
      if (seed === 1) tell('the same with a tenth of the keyframes lost at each hop', outcome);
      expect(outcome.waitsMs).toHaveLength(10_000);
      expect(busiest(outcome.asksMs, 1000)).toBeLessThanOrEqual(3);
    }
  });

  test('stays within thirty keyframes in ten seconds with the spacing of a single node, too', () => {
    const outcome = playCrowd({ joins: 10_000, withinMs: 1000, lostRatio: 0, piped: false }, 1);
    tell('10,000 joins in a second, spaced as on a single node', outcome);
    expect(outcome.waitsMs).toHaveLength(10_000);
    expect(busiest(outcome.asksMs, 10_000)).toBeLessThanOrEqual(30);
  });
});
