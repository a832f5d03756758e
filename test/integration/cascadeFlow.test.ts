import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { CascadeShow, pipesAt, watch } from '../support/cascadeShow.ts';
import { until } from '../support/mediaRoom.ts';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';

describe('a feed on its way to other nodes', () => {
  let cluster: NodeCluster;
  let origin: ClusterNode;
  let edges: [ClusterNode, ClusterNode, ClusterNode];
  let show: CascadeShow;

  beforeAll(async () => {
    cluster = new NodeCluster();
    origin = await cluster.start('us-1', 'us');
    edges = [
      await cluster.start('eu-1', 'eu'),
      await cluster.start('eu-2', 'eu'),
      await cluster.start('eu-3', 'eu'),
    ];
  });
  afterEach(() => show.close());
  afterAll(() => cluster.close());

  const across = (): number => edges.reduce((sum, edge) => sum + pipesAt(edge).in, 0);

  test('crosses into a region once, however many nodes there watch', async () => {
    show = new CascadeShow(cluster);
    const host = await show.enter(origin, 'hanna', 'host');
    await show.publish(host);
    const viewers = await Promise.all(edges.map((edge, n) => show.enter(edge, `vera-${n}`)));
    await until('everybody has it', () => viewers.every(({ consumers }) => consumers.size === 1));
    expect(pipesAt(origin)).toEqual({ in: 0, out: 1 });
    expect(across()).toBe(3);
    for (const edge of edges) await watch(edge);
    for (const { client } of viewers) client.close();
  });
});
