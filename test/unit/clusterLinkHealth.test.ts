import { describe, expect, test } from '@jest/globals';
import { LinkHealth } from '../../server/cluster/linkHealth.ts';
import { answerHello, retryMs } from '../../server/cluster/linkOpening.ts';
import type { NodeId } from '../../protocol/network.ts';

const id = (name: string): NodeId => name as NodeId;

describe('the health of a link', () => {
  test('starts with the first round trip and follows the rest slowly', () => {
    const health = new LinkHealth(0);
    expect(health.figures).toBeUndefined();
    health.measured(80, 1000);
    expect(health.figures).toEqual({
      rttMs: 80,
      smoothedRttMs: 80,
      standingRttMs: 80,
      baseRttMs: 80,
      jitterMs: 40,
    });
    health.measured(160, 2000);
    expect(health.figures).toEqual({
      rttMs: 160,
      smoothedRttMs: 90,
      standingRttMs: 80,
      baseRttMs: 80,
      jitterMs: 50,
    });
    for (let second = 3; second < 60; second++) health.measured(160, second * 1000);
    expect(health.figures?.smoothedRttMs).toBeCloseTo(160, 0);
    expect(health.figures?.jitterMs).toBeLessThan(2);
    expect(health.figures?.baseRttMs).toBe(80);
  });

  test('takes a round trip for risen when the last four are, and not for some late answers', () => {
    const health = new LinkHealth(0);
    const standing = (rttMs: number): number | undefined => {
      health.measured(rttMs, 0);
      return health.figures?.standingRttMs;
    };
    expect([80, 900, 400, 300, 82].map(standing)).toEqual([80, 80, 80, 80, 82]);
    expect([160, 150, 170, 165, 90].map(standing)).toEqual([82, 82, 82, 150, 90]);
  });

  test('forgets a least round trip that is older than a minute, so that a change of route shows', () => {
    const health = new LinkHealth(0);
    health.measured(20, 0);
    health.measured(30, 10_000);
    health.measured(50, 30_000);
    health.measured(50, 60_001);
    expect(health.figures?.baseRttMs).toBe(30);
    health.measured(55, 70_001);
    expect(health.figures?.baseRttMs).toBe(50);
  });

  test('ends a silence with whatever is heard', () => {
    const health = new LinkHealth(1000);
    expect(health.deadAtMs(3000)).toBe(4000);
    health.heard(3900);
    expect(health.deadAtMs(3000)).toBe(6900);
  });

  test('is dead sooner where something else speaks for that, until something is heard', () => {
    const health = new LinkHealth(1000);
    health.doubt(1500, 400);
    expect(health.deadAtMs(3000)).toBe(1900);
    health.doubt(1600, 400);
    expect(health.deadAtMs(3000)).toBe(1900);
    health.heard(1800);
    expect(health.deadAtMs(3000)).toBe(4800);
  });
});

describe('opening from both sides', () => {
  const [low, high] = [id('a'), id('b')];
  const hello = { instance: 'run', sequence: 5 };

  test('a hello is accepted where there is nothing', () => {
    for (const [self, peer] of [
      [low, high],
      [high, low],
    ] as const)
      expect(answerHello({ self, peer, opening: false, inUse: undefined }, hello)).toBe('accept');
  });

  test('of two at once the one that the lower id opens is kept', () => {
    expect(answerHello({ self: low, peer: high, opening: true, inUse: undefined }, hello)).toBe('wait');
    expect(answerHello({ self: high, peer: low, opening: true, inUse: undefined }, hello)).toBe('accept');
  });

  test('a hello from before the connection in use is superseded, one from after it takes its place', () => {
    const standing = { self: low, peer: high, opening: false };
    expect(answerHello({ ...standing, inUse: { instance: 'run', sequence: 6 } }, hello)).toBe('superseded');
    expect(answerHello({ ...standing, inUse: { instance: 'run', sequence: 4 } }, hello)).toBe('accept');
    expect(answerHello({ ...standing, inUse: { instance: 'earlier run', sequence: 9 } }, hello)).toBe(
      'accept',
    );
  });

  test('attempts spread over the whole of a time that doubles up to its bound', () => {
    expect([0, 1, 2, 3].map((attempt) => retryMs(attempt, 0.999, 100, 500))).toEqual([100, 200, 400, 500]);
    expect(retryMs(2, 0, 100, 500)).toBe(0);
    expect(retryMs(1_000_000, 0.5, 100, 500)).toBe(250);
  });
});
