import { describe, expect, test } from '@jest/globals';
import { prepareView } from '../../server/cascade/networkView.ts';
import type { RegionLink } from '../../server/cascade/networkView.ts';
import { regionRoute } from '../../server/cascade/regionRoute.ts';
import { linked, node, regionId } from '../support/clusters.ts';

const eu = regionId('eu');
const us = regionId('us');
const asia = regionId('asia');
const africa = regionId('africa');

/** A node in each region, and 80 ms from `eu` to `us` and from there to `asia`, unless told otherwise. */
function viewOf(euToAsiaMs: number, more: RegionLink[] = [], lossRatio = 0) {
  return prepareView(
    ['eu', 'us', 'asia', 'africa'].map((name) => node(name, name)),
    [
      ...linked('eu', 'us', 80),
      ...linked('us', 'asia', 80),
      ...linked('eu', 'asia', euToAsiaMs, lossRatio),
      ...more,
    ],
  );
}

const kindAt = (euToAsiaMs: number, current?: typeof us) =>
  regionRoute(viewOf(euToAsiaMs), asia, eu, current).kind;

describe('a feed from eu comes to asia', () => {
  test('straight, unless a detour saves much', () => {
    expect(kindAt(120)).toBe('direct');
    expect(kindAt(190)).toBe('direct');
    expect(regionRoute(viewOf(300), asia, eu)).toEqual({
      kind: 'detour',
      via: 'us',
      directMs: 300,
      viaMs: 165,
    });
  });

  test('on the way it comes now while the other is a little better', () => {
    expect(kindAt(190)).toBe('direct');
    expect(kindAt(190, us)).toBe('detour');
    expect(kindAt(170, us)).toBe('direct');
  });

  test('on another detour when that is clearly better than the one in use', () => {
    const throughAfrica = (ms: number) => [
      ...linked('eu', 'africa', ms / 2),
      ...linked('africa', 'asia', ms / 2),
    ];
    const route = (ms: number) => regionRoute(viewOf(300, throughAfrica(ms)), asia, eu, us);
    expect(route(155)).toMatchObject({ via: 'us' });
    expect(route(120)).toMatchObject({ via: 'africa' });
  });

  test('round a link that loses much, and round one that is cut', () => {
    expect(regionRoute(viewOf(150, [], 0.005), asia, eu).kind).toBe('direct');
    expect(regionRoute(viewOf(150, [], 0.03), asia, eu)).toMatchObject({ via: 'us' });
    expect(regionRoute(viewOf(150, [], 1), asia, eu)).toMatchObject({ via: 'us' });
  });

  test('straight where nothing was measured, and never over a link that nobody measured', () => {
    expect(regionRoute(viewOf(150), africa, eu).kind).toBe('direct');
    expect(regionRoute(viewOf(900, linked('eu', 'africa', 1)), asia, eu)).toMatchObject({ via: 'us' });
  });

  test('never through a region without a node to pull from', () => {
    const nodes = [node('eu', 'eu'), node('asia', 'asia'), node('us', 'us', { healthy: false })];
    const links = [...linked('eu', 'us', 10), ...linked('us', 'asia', 10), ...linked('eu', 'asia', 300)];
    expect(regionRoute(prepareView(nodes, links), asia, eu, us).kind).toBe('direct');
  });

  test('never through a region that may take a detour itself', () => {
    // The quickest way to asia would be through us, but us is reached best through africa.
    const links = [
      ...linked('eu', 'africa', 10),
      ...linked('africa', 'us', 10),
      ...linked('eu', 'us', 100),
      ...linked('us', 'asia', 10),
      ...linked('eu', 'asia', 400),
      ...linked('africa', 'asia', 200),
    ];
    const view = prepareView(
      ['eu', 'us', 'asia', 'africa'].map((name) => node(name, name)),
      links,
    );
    expect(regionRoute(view, us, eu)).toMatchObject({ via: 'africa' });
    expect(regionRoute(view, asia, eu, us)).toMatchObject({ via: 'africa' });
  });

  test('by the middle one of several measurements: a sick node spoils only its own', () => {
    const links = [150, 150, 2000].flatMap((rttMs) => linked('eu', 'asia', rttMs));
    const nodes = ['eu', 'us', 'asia'].map((name) => node(name, name));
    const view = prepareView(nodes, [...links, ...linked('eu', 'us', 80), ...linked('us', 'asia', 80)]);
    expect(regionRoute(view, asia, eu)).toEqual({ kind: 'direct', directMs: 150 });
  });
});
