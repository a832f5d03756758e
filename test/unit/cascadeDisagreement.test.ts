import { describe, expect, test } from '@jest/globals';
import { prepareView } from '../../server/cascade/networkView.ts';
import type { NetworkNode, NetworkView, RegionLink } from '../../server/cascade/networkView.ts';
import { checkPull, checkSource, longestPath } from '../../server/cascade/pathCheck.ts';
import { planRoom } from '../../server/cascade/roomPlan.ts';
import { feedFrom, nodeId, randomCluster } from '../support/clusters.ts';
import type { Cluster } from '../support/clusters.ts';
import { PullingNodes } from '../support/pullingNodes.ts';
import { Random } from '../support/random.ts';
import { forSeeds } from '../support/seeds.ts';

const ids = (...names: string[]) => names.map(nodeId);

describe('a pull is refused', () => {
  const standing = { self: nodeId('b'), epoch: 3, source: ids('o', 'a', 'b') };

  test('by a node that waits for it itself', () => {
    const verdict = checkPull({ epoch: 3, path: ids('b', 'c') }, { ...standing, source: [] });
    expect(verdict).toMatchObject({ error: { code: 'path-loop' } });
  });

  test('by a node that has the feed from one of those who wait', () => {
    expect(checkPull({ epoch: 3, path: ids('x', 'a') }, standing)).toMatchObject({
      error: { code: 'path-loop' },
    });
  });

  test('where its epoch is over, with the present one', () => {
    expect(checkPull({ epoch: 2, path: ids('x') }, standing)).toMatchObject({
      error: { code: 'stale-epoch', epoch: 3 },
    });
    expect(checkSource({ epoch: 2, path: ids('o') }, nodeId('b'), 3)).toMatchObject({
      error: { code: 'stale-epoch', epoch: 3 },
    });
  });

  test('where the feed would pass too many nodes', () => {
    const path = Array.from({ length: longestPath - 3 }, (_, index) => nodeId(`x${index}`));
    expect(checkPull({ epoch: 3, path }, standing)).toEqual({ ok: true });
    expect(checkPull({ epoch: 3, path: [...path, nodeId('y')] }, standing)).toMatchObject({
      error: { code: 'path-too-long' },
    });
  });

  test('by nobody else: not for a newer epoch either, whose way is not known yet', () => {
    expect(checkPull({ epoch: 3, path: ids('x', 'y') }, standing)).toEqual({ ok: true });
    expect(checkPull({ epoch: 4, path: ids('a') }, standing)).toEqual({ ok: true });
    expect(checkSource({ epoch: 4, path: ids('o', 'a') }, nodeId('b'), 3)).toEqual({ ok: true });
  });

  test('and so is a feed that has passed the node before', () => {
    expect(checkSource({ epoch: 3, path: ids('o', 'b', 'a') }, nodeId('b'), 3)).toMatchObject({
      error: { code: 'path-loop' },
    });
  });
});

/** What another node may hold for true of the same network. */
function otherNews({ nodes, links }: Cluster, random: Random): Cluster {
  const changedNode = (node: NetworkNode): NetworkNode => ({
    ...node,
    healthy: !random.chance(0.15),
    load: random.next(),
  });
  const changedLink = (link: RegionLink): RegionLink =>
    random.chance(0.3) ? { ...link, rttMs: random.int(400) } : link;
  return { nodes: nodes.map(changedNode), links: links.map(changedLink) };
}

/** Plays one disagreement; answers how many pulls were refused in it. */
function disagree(seed: number): number {
  const random = new Random(seed);
  const cluster = randomCluster(random, { regions: 5, nodesEach: 8 });
  const makeView = ({ nodes, links }: Cluster): NetworkView => prepareView(nodes, links, { fanOut: 3 });
  const views = Array.from({ length: 3 }, () => makeView(otherNews(cluster, random)));
  const agreed = makeView({ ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, healthy: true })) });
  const origin = random.pick(cluster.nodes);
  const net = new PullingNodes(cluster.nodes, feedFrom(origin), views[0]!, random);
  const all = [...net.nodes.values()];
  for (const node of all) {
    for (let change = 0; change < 4; change++) {
      net.simulation.at(random.int(6000), () => {
        node.view = random.pick(views);
        node.watching = random.chance(0.6);
        node.look();
      });
    }
    net.simulation.at(6000 + random.int(1000), () => {
      node.view = agreed;
      node.look();
    });
  }
  net.simulation.runUntil(25_000);

  const watching = all.filter((node) => node.watching).map(({ place }) => place);
  const vias = new Map(all.flatMap(({ place, via }) => (via === undefined ? [] : [[place.region, via]])));
  const plan = planRoom(agreed, net.feed, watching, (region) => vias.get(region));
  const planned = Object.fromEntries(plan.map(({ nodeId, from }) => [nodeId, from]));
  const pulled = Object.fromEntries(
    all.flatMap(({ place, source }) => (source === undefined ? [] : [[place.nodeId, source]])),
  );
  expect(pulled).toEqual(planned);
  const sent = net.nodes.get(origin.nodeId)!.lastPacket;
  for (const { nodeId } of plan) expect(net.nodes.get(nodeId)!.lastPacket).toBeGreaterThan(sent - 50);
  return net.refusals;
}

test('nodes that disagree for a while never pass media in a loop, and end with the tree they agree on', () => {
  let refused = 0;
  forSeeds(150, (seed) => (refused += disagree(seed)));
  expect(refused).toBeGreaterThan(10);
});
