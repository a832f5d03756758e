import { describe, expect, test } from '@jest/globals';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import { gatewayOf } from '../../server/cascade/gatewayChoice.ts';
import { heldLoad, loadShare } from '../../server/cascade/loadSteps.ts';
import { prepareView } from '../../server/cascade/networkView.ts';
import type { NetworkNode, NetworkView } from '../../server/cascade/networkView.ts';
import { upstream } from '../../server/cascade/upstreamChoice.ts';
import { feedFrom, node, regionId } from '../support/clusters.ts';
import { Random } from '../support/random.ts';

const rooms = Array.from({ length: 10_000 }, (_, index) => `room-${index}` as RoomId);
const us = regionId('us');
const origin = node('origin', 'eu');

const region = (count: number): NetworkNode[] =>
  Array.from({ length: count }, (_, index) => node(`us-${index}`, 'us'));

const gateways = (nodes: NetworkNode[]): (NodeId | undefined)[] => {
  const view = prepareView(nodes, []);
  return rooms.map((room) => gatewayOf(view, room, us));
};

function counted(list: readonly (NodeId | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of list) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
  return counts;
}

describe('the gateways of ten thousand rooms', () => {
  test('are spread by capacity and by steps of load', () => {
    const nodes = [
      ...region(4),
      node('large', 'us', { capacity: 3000 }),
      node('half-full', 'us', { load: 0.6 }),
      node('full', 'us', { load: 0.95 }),
    ];
    const counts = counted(gateways(nodes));
    const shares: [string, number][] = nodes.map(({ nodeId, capacity, load }) => [
      nodeId,
      (capacity / 1000) * loadShare(load),
    ]);
    const whole = shares.reduce((sum, [, share]) => sum + share, 0);
    for (const [name, share] of shares) {
      const expected = (rooms.length * share) / whole;
      // Five standard deviations of a count.
      expect(Math.abs((counts.get(name) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    }
  });

  test('stay where they are when a node goes, but for its own; and come back with it', () => {
    const nodes = region(20);
    const before = gateways(nodes);
    const after = gateways(nodes.slice(1));
    expect(before.some((gateway) => gateway === 'us-0')).toBe(true);
    for (const [index, gateway] of before.entries()) {
      if (gateway !== 'us-0') expect(after[index]).toBe(gateway);
    }
    const heirs = counted(after.filter((_, index) => before[index] === 'us-0'));
    expect(heirs.size).toBe(19);
    expect(gateways([...nodes.slice(1), nodes[0]!])).toEqual(before);
  });

  test('do not move while a load stays within its step, and leave only the node whose load rises', () => {
    const withLoad = (load: number) => [...region(9), node('busy', 'us', { load })];
    expect(gateways(withLoad(0.74))).toEqual(gateways(withLoad(0.51)));
    const before = gateways(withLoad(0.74));
    const after = gateways(withLoad(0.76));
    const moved = before.filter((gateway, index) => gateway !== after[index]);
    expect(moved.length).toBeGreaterThan(0);
    expect(new Set(moved)).toEqual(new Set(['busy']));
  });
});

test('a load that hovers at the border of a step is told as one value', () => {
  const random = new Random(7);
  let told = heldLoad(undefined, 0.7);
  const values = new Set<number>();
  for (let n = 0; n < 1000; n++) {
    told = heldLoad(told, 0.75 + 0.07 * (2 * random.next() - 1));
    values.add(loadShare(told));
  }
  expect(values.size).toBe(1);
  expect(loadShare(heldLoad(told, 0.85))).toBe(0.2);
  expect(loadShare(heldLoad(0.95, 0.3))).toBe(1);
});

/** Everybody's upstream in the region, all watching. */
function pulls(view: NetworkView, nodes: NetworkNode[], room: RoomId): Map<NodeId, NodeId> {
  const feed = feedFrom(origin, room);
  return new Map(nodes.map((place) => [place.nodeId, upstream(view, place, feed)!.from]));
}

interface Movement {
  /** Pulled from the node that went: no rule could leave them. */
  forced: number;
  /** Changed their upstream. */
  moved: number;
}

/** What happens in one room of a region when a node goes. The same, backwards, is what happens when it comes. */
function withoutOne(nodes: NetworkNode[], gone: NetworkNode, room: RoomId): Movement {
  const others = nodes.filter((place) => place !== gone);
  const before = pulls(prepareView(nodes, []), others, room);
  const after = pulls(prepareView(others, []), others, room);
  const movement = { forced: 0, moved: 0 };
  for (const [nodeId, from] of before) {
    if (from === gone.nodeId) movement.forced++;
    if (after.get(nodeId) !== from) movement.moved++;
  }
  return movement;
}

describe('in a tree that everybody watches', () => {
  test.each([[2], [8], [13]])(
    'of %i nodes, all that do not pull from the node that goes stay where they are',
    (size) => {
      const nodes = region(size);
      for (const room of rooms.slice(0, 50)) {
        for (const gone of nodes) {
          const { forced, moved } = withoutOne(nodes, gone, room);
          const wasGateway = gatewayOf(prepareView(nodes, []), room, us) === gone.nodeId;
          expect(forced).toBe(wasGateway ? size - 1 : 0);
          expect(moved).toBe(forced);
        }
      }
    },
  );

  test.each([
    [17, 1],
    [40, 1],
    [120, 1.5],
    [500, 2.5],
  ])('of %i nodes, a node that goes moves few more than those who pull from it', (size, most) => {
    const nodes = region(size);
    const random = new Random(size);
    const sum = { forced: 0, moved: 0, worst: 0 };
    const turns = 300;
    for (let turn = 0; turn < turns; turn++) {
      const { forced, moved } = withoutOne(nodes, random.pick(nodes), random.pick(rooms));
      sum.forced += forced;
      sum.moved += moved;
      sum.worst = Math.max(sum.worst, moved - forced);
    }
    console.info(
      `${size} nodes: a node that goes moves ${(sum.moved / turns).toFixed(2)} others, of whom ` +
        `${(sum.forced / turns).toFixed(2)} have to; at worst ${sum.worst} more than have to`,
    );
    expect((sum.moved - sum.forced) / turns).toBeLessThan(most);
  });
});
