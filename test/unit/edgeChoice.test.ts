import { describe, expect, test } from '@jest/globals';
import { nodeIdSchema, regionIdSchema } from '../../protocol/network.ts';
import type { NodeRecord } from '../../protocol/network.ts';
import { chooseEdges, takesPeople } from '../../server/edgeChoice.ts';
import { recordOf } from '../support/clusterNodes.ts';
import { Random } from '../support/random.ts';

const self = nodeIdSchema.parse('self');
const region = (name: string) => regionIdSchema.parse(name);

/** `eu1` is a node of the region `eu`. */
const node = (nodeId: string, changes: Partial<NodeRecord> = {}): NodeRecord =>
  recordOf(nodeId, { region: nodeId.replace(/\d+$/, ''), ...changes });
const names = (list: { edges: readonly { nodeId: string }[] }) => list.edges.map(({ nodeId }) => nodeId);
const chosen = (nodes: NodeRecord[], wanted?: string, random = Math.random) =>
  chooseEdges(nodes, { self, region: wanted === undefined ? undefined : region(wanted) }, random);

describe('the edges that a browser is told of', () => {
  test('are the best of every region, and those of the asked one where it has any', () => {
    const nodes = [node('us1'), node('us2'), node('eu1'), node('ap1')];
    expect(names(chosen(nodes)).sort()).toEqual(['ap1', 'eu1', 'us1', 'us2']);
    expect(names(chosen(nodes, 'us')).sort()).toEqual(['us1', 'us2']);
    expect(names(chosen(nodes, 'mars')).sort()).toEqual(['ap1', 'eu1', 'us1', 'us2']);
    expect(chosen(nodes, 'us').regions).toEqual(['ap', 'eu', 'us']);
  });

  test('take people: none that drains, is full, or works as hard as it can, and no region of such alone', () => {
    const nodes = [
      node('us1', { draining: true }),
      node('eu1', { viewers: 100 }),
      node('ap1', { load: 1 }),
      node('af1', { viewers: 99 }),
    ];
    expect(chosen(nodes)).toMatchObject({ edges: [{ nodeId: 'af1' }], regions: ['af'] });
    expect(takesPeople(node('us1', { capacity: 0, viewers: 5 }))).toBe(true);
  });

  test('are few: three of a region, eight altogether, and more only where each is another region', () => {
    const many = Array.from({ length: 40 }, (_, n) => node(`us${n}`));
    expect(names(chosen(many))).toHaveLength(3);
    const regions = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => [1, 2, 3].map((n) => node(`${name}${n}`)));
    expect(names(chosen(regions))).toHaveLength(8);
    expect(new Set(chosen(regions).edges.map((edge) => edge.region)).size).toBe(5);
    const world = Array.from({ length: 30 }, (_, n) => recordOf(`n${n}`, { region: `r${n}` }));
    expect(names(chosen(world))).toHaveLength(16);
  });

  test('come least loaded first, in steps, and the node that was asked is among them unless it takes nobody', () => {
    const nodes = [node('us1', { load: 0.95 }), node('us2', { load: 0.6 }), node('us3', { load: 0.1 })];
    expect(chosen(nodes).edges.map(({ nodeId, load }) => [nodeId, load])).toEqual([
      ['us3', 0],
      ['us2', 1],
      ['us1', 3],
    ]);
    const full = [
      ...Array.from({ length: 9 }, (_, n) => node(`us${n}`)),
      recordOf('self', { region: 'us', load: 0.8 }),
    ];
    expect(names(chosen(full)).at(-1)).toBe('self');
    expect(names(chosen(full.map((one) => ({ ...one, draining: one.nodeId === self }))))).not.toContain(
      'self',
    );
  });

  test('are another few for each who asks, the larger ones more often', () => {
    const seeded = new Random(7);
    const random = () => seeded.next();
    const nodes = Array.from({ length: 10 }, (_, n) => node(`us${n}`, { capacity: n === 0 ? 400 : 100 }));
    const firsts = new Map<string, number>();
    for (let asked = 0; asked < 2000; asked += 1) {
      const [first = ''] = names(chosen(nodes, undefined, random));
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
    }
    const others = [...firsts].filter(([name]) => name !== 'us0').map(([, count]) => count);
    expect(others).toHaveLength(9);
    expect(Math.max(...others)).toBeLessThan(2 * Math.min(...others));
    expect((firsts.get('us0') ?? 0) / (2000 / 13)).toBeGreaterThan(3);
  });
});
