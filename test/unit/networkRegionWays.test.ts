import { describe, expect, test } from '@jest/globals';
import { regionWays } from '../../server/regionWays.ts';
import type { RegionLinkNow, RegionWays } from '../../server/regionWays.ts';
import { regionId } from '../support/clusters.ts';

const eu = regionId('eu');
const up = (rttMs: number): RegionLinkNow => ({ region: eu, rttMs, downMs: 0 });
const down = (downMs: number): RegionLinkNow => ({ region: eu, rttMs: undefined, downMs });
const told = (rttMs: number, lossRatio = 0): RegionWays => ({ [eu]: { rttMs, lossRatio } });

describe('what a node tells of the way to another region', () => {
  test('is the round trip of the best of its links there', () => {
    expect(regionWays({}, [up(83.4), up(140), down(5000)])).toEqual(told(83));
  });

  test('stays as long as the round trip is about the same, and changes when it is not', () => {
    for (const rttMs of [61, 80, 99]) expect(regionWays(told(80), [up(rttMs)])).toEqual(told(80));
    expect(regionWays(told(80), [up(101)])).toEqual(told(101));
    expect(regionWays(told(80), [up(59)])).toEqual(told(59));
    expect(regionWays(told(1), [up(10)])).toEqual(told(1));
  });

  test('is a loss of 1 when no link has worked for a second, with the last round trip', () => {
    expect(regionWays(told(80), [down(900)])).toEqual(told(80));
    expect(regionWays(told(80), [down(1000), down(2000)])).toEqual(told(80, 1));
    expect(regionWays(told(80, 1), [up(82), down(2000)])).toEqual(told(80));
  });

  test('is nothing before anything was measured, and after the region has no node left', () => {
    expect(regionWays({}, [down(0)])).toEqual({});
    expect(regionWays(told(80), [])).toEqual({});
  });
});
