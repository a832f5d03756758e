import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { NodeId, RegionId } from '../../protocol/network.ts';
import { gatewayOf } from '../../server/cascade/gatewayChoice.ts';
import { prepareView } from '../../server/cascade/networkView.ts';
import type { CascadeFeed, NetworkView, Place } from '../../server/cascade/networkView.ts';
import { planRoom } from '../../server/cascade/roomPlan.ts';
import { upstream } from '../../server/cascade/upstreamChoice.ts';
import { evenCluster, feedFrom, linked, node, nodeId, randomCluster, regionId } from '../support/clusters.ts';
import { Random } from '../support/random.ts';
import { forSeeds } from '../support/seeds.ts';

interface Case {
  random: Random;
  view: NetworkView;
  /** The same knowledge that arrived in another order. */
  sameView: NetworkView;
  feed: CascadeFeed;
  /** Everybody who may watch, among them nodes that the view does not name or holds for dead. */
  places: Place[];
  healthy: Place[];
  currentVia: (region: RegionId) => RegionId | undefined;
  fanOut: number;
}

function randomCase(seed: number): Case {
  const random = new Random(seed);
  const most = random.chance(0.2) ? { regions: 2, nodesEach: 250 } : { regions: 12, nodesEach: 20 };
  const { nodes, links } = randomCluster(random, most);
  const fanOut = 2 + random.int(14);
  const regions = [...new Set(nodes.map(({ region }) => region))];
  const stranger = node('stranger', random.pick(regions));
  const vias = new Map(regions.map((region) => [region, random.pick(regions)]));
  const shuffled = [...nodes].sort(() => random.next() - 0.5);
  return {
    random,
    view: prepareView(nodes, links, { fanOut }),
    sameView: prepareView(shuffled, [...links].reverse(), { fanOut }),
    feed: feedFrom(random.chance(0.1) ? node('new-origin', random.pick(regions)) : random.pick(nodes)),
    places: [...nodes, stranger],
    healthy: nodes.filter(({ healthy }) => healthy),
    currentVia: random.chance(0.5) ? (region) => vias.get(region) : () => undefined,
    fanOut,
  };
}

const inRandomNetworks = (cases: number, check: (from: Case) => void): void =>
  forSeeds(cases, (seed) => check(randomCase(seed)));

/** The nodes a feed passes on its way to one, from there to the origin. */
function wayTo({ view, feed, currentVia }: Case, place: Place): Place[] {
  const way = [place];
  for (;;) {
    const last = way.at(-1)!;
    const up = upstream(view, last, feed, currentVia(last.region));
    if (!up) return way;
    way.push({ nodeId: up.from, region: up.fromRegion });
    if (way.length > 30) throw new Error(`no end: ${way.map(({ nodeId }) => nodeId).join(' <- ')}`);
  }
}

/** `expect` is too slow for a million claims. */
function claim(holds: boolean, text: string): void {
  if (!holds) throw new Error(text);
}

describe('in any network', () => {
  test('every way leads to the origin, passes no node twice, and enters a region once', () => {
    let longest = 0;
    let detours = 0;
    inRandomNetworks(600, (from) => {
      for (const place of from.places) {
        const way = wayTo(from, place);
        const ids = way.map(({ nodeId }) => nodeId);
        claim(ids.at(-1) === from.feed.originNode, 'the way ends elsewhere');
        claim(new Set(ids).size === ids.length, `a loop: ${ids.join(' <- ')}`);
        const entered = way.map(({ region }) => region).filter((region, n, all) => region !== all[n - 1]);
        claim(
          new Set(entered).size === entered.length && entered.length <= 3,
          `ways: ${entered.join(' <- ')}`,
        );
        if (entered.length === 3) detours++;
        if (from.fanOut >= 12) longest = Math.max(longest, ids.length);
      }
    });
    // Origin, a gateway, the next one, two bands of relays, and the watcher.
    expect(longest).toBeLessThanOrEqual(6);
    expect(detours).toBeGreaterThan(100);
  });

  test('one copy enters a region, at its gateway, and none flows to a region without watchers', () => {
    inRandomNetworks(400, (from) => {
      const { view, feed, random } = from;
      const watching = from.healthy.filter(() => random.chance(0.3));
      const plan = planRoom(view, feed, watching, from.currentVia);
      const entering = plan.filter(({ region, fromRegion }) => region !== fromRegion);
      expect(new Set(entering.map(({ region }) => region)).size).toBe(entering.length);
      for (const { nodeId, region } of entering) expect(nodeId).toBe(gatewayOf(view, feed.roomId, region));
      const vias = entering.flatMap(({ reason }) =>
        reason.kind === 'border' && reason.route.kind === 'detour' ? [reason.route.via] : [],
      );
      const expected = new Set([...watching.map(({ region }) => region), ...vias]);
      expected.delete(feed.originRegion);
      expect(new Set(entering.map(({ region }) => region))).toEqual(expected);
    });
  });

  test('a node feeds no more of its region than it should, though everybody watches', () => {
    inRandomNetworks(400, (from) => {
      const fed = new Map<NodeId, number>();
      for (const { from: parent, region, fromRegion } of planRoom(from.view, from.feed, from.healthy)) {
        if (region === fromRegion) fed.set(parent, (fed.get(parent) ?? 0) + 1);
      }
      expect(Math.max(0, ...fed.values())).toBeLessThanOrEqual(from.fanOut);
    });
  });

  test('the plan is what each node decides by itself, in whatever order the news came', () => {
    inRandomNetworks(200, (from) => {
      const { feed, currentVia } = from;
      const plan = planRoom(from.view, feed, from.places, currentVia);
      const depths = new Map<NodeId, number>([[feed.originNode, 0]]);
      for (const { nodeId, region, from: parent, reason, depth } of plan) {
        const own = upstream(from.sameView, { nodeId, region }, feed, currentVia(region));
        claim(own?.from === parent && isDeepStrictEqual(own.reason, reason), `${nodeId} decides otherwise`);
        claim(depths.get(parent) === depth - 1, `${nodeId} comes before the node it pulls from`);
        depths.set(nodeId, depth);
      }
      for (const { nodeId } of from.places) claim(depths.has(nodeId), `${nodeId} is not in the plan`);
    });
  });

  test('nobody pulls from a node that is sick, or from one that is leaving before all that stay', () => {
    inRandomNetworks(400, ({ view, feed, places }) => {
      for (const { nodeId, from, fromRegion } of planRoom(view, feed, places)) {
        if (from === feed.originNode) continue;
        const candidates = view.candidates.get(fromRegion) ?? [];
        const parent = candidates.find((candidate) => candidate.nodeId === from);
        claim(parent !== undefined, `${nodeId} pulls from ${from}, which is sick`);
        if (!parent?.draining) continue;
        const child = candidates.find((candidate) => candidate.nodeId === nodeId);
        const isRoot = from === gatewayOf(view, feed.roomId, fromRegion);
        claim(isRoot || child?.draining !== false, `${nodeId} pulls from ${from}, which is leaving`);
        claim(!isRoot || candidates.every(({ draining }) => draining), `the gateway ${from} is leaving`);
      }
    });
  });
});

describe('a node pulls', () => {
  const cluster = {
    nodes: [node('o', 'eu'), node('o2', 'eu'), node('a', 'us'), node('b', 'us'), node('c', 'asia')],
    links: [...linked('eu', 'us', 80), ...linked('eu', 'asia', 400), ...linked('us', 'asia', 100)],
  };
  const view = prepareView(cluster.nodes, cluster.links);
  const feed = feedFrom(cluster.nodes[0]!);
  const at = (name: string, region: string) => ({ nodeId: nodeId(name), region: regionId(region) });

  test('from nowhere where it is the origin', () => {
    expect(upstream(view, at('o', 'eu'), feed)).toBeUndefined();
  });

  test('from the origin where that is in its region', () => {
    expect(upstream(view, at('o2', 'eu'), feed)).toEqual({
      from: 'o',
      fromRegion: 'eu',
      reason: { kind: 'origin' },
    });
  });

  test('from its gateway elsewhere, and the gateway from the origin', () => {
    const gateway = gatewayOf(view, feed.roomId, regionId('us'))!;
    const edge = gateway === 'a' ? 'b' : 'a';
    expect(upstream(view, at(edge, 'us'), feed)).toMatchObject({
      from: gateway,
      reason: { kind: 'gateway' },
    });
    expect(upstream(view, at(gateway, 'us'), feed)).toMatchObject({
      from: 'o',
      reason: { kind: 'border', route: { kind: 'direct', directMs: 80 } },
    });
  });

  test('from the gateway of a region between where that is much quicker', () => {
    expect(upstream(view, at('c', 'asia'), feed)).toMatchObject({
      from: gatewayOf(view, feed.roomId, regionId('us')),
      fromRegion: 'us',
      reason: { kind: 'border', route: { kind: 'detour', via: 'us', directMs: 400, viaMs: 185 } },
    });
  });

  test('from the origin where its view names nobody in its own region, or nobody at all', () => {
    const expected = { from: 'o', fromRegion: 'eu', reason: { kind: 'border' } };
    expect(upstream(view, at('x', 'africa'), feed)).toMatchObject(expected);
    expect(upstream(prepareView([], []), at('x', 'africa'), feed)).toMatchObject(expected);
  });

  test('from a draining gateway where all of its region are draining', () => {
    const leaving = prepareView([node('a', 'us', { draining: true }), node('b', 'us')], []);
    expect(upstream(leaving, at('a', 'us'), feed)?.from).toBe('b');
    const allLeaving = prepareView([node('a', 'us', { draining: true })], []);
    expect(upstream(allLeaving, at('x', 'us'), feed)?.from).toBe('a');
  });
});

test('a region of five hundred nodes is fed in three steps, and few carry what they do not watch', () => {
  const { nodes, links } = evenCluster(2, 500);
  const view = prepareView(nodes, links);
  const feed = feedFrom(nodes[0]!);
  const there = nodes.filter(({ region }) => region === 'r1');
  const all = planRoom(view, feed, there);
  expect(Math.max(...all.map(({ depth }) => depth))).toBe(4);
  const few = planRoom(view, feed, there.slice(0, 5));
  expect(few.filter(({ watched }) => !watched).length).toBeLessThanOrEqual(1 + 2 * 5);
});
