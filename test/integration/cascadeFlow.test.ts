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
    origin = await cluster.start('us-1', { region: 'us' });
    edges = [
      await cluster.start('eu-1', { region: 'eu' }),
      await cluster.start('eu-2', { region: 'eu' }),
      await cluster.start('eu-3', { region: 'eu' }),
    ];
  });
  afterEach(async () => {
    await show.close();
    await until('nothing is left', () => across() === 0 && pipesAt(origin).out === 0, 15_000);
  });
  afterAll(() => cluster.close());

  const across = (): number => edges.reduce((sum, edge) => sum + pipesAt(edge).in, 0);

  /** A host with a camera at the origin, and a viewer at each edge. */
  async function startShow() {
    show = new CascadeShow(cluster);
    const host = await show.enter(origin, 'hanna', 'host');
    await show.publish(host);
    const viewers = await Promise.all(edges.map((edge, n) => show.enter(edge, `vera-${n}`)));
    await until('everybody has it', () => viewers.every(({ consumers }) => consumers.size === 1));
    return { host, viewers };
  }

  test('crosses into a region once, however many nodes there watch', async () => {
    await startShow();
    expect(pipesAt(origin)).toEqual({ in: 0, out: 1 });
    expect(across()).toBe(3);
    for (const edge of edges) await watch(edge);
  });

  test('is pulled no more when the last viewer has gone', async () => {
    const { viewers } = await startShow();
    for (const { client } of viewers) await client.ask('leave', {});
    await until('all pipes are closed', () => across() === 0 && pipesAt(origin).out === 0, 15_000);
  });

  test('ends everywhere with its publisher, and comes back under its name in the next epoch', async () => {
    const { host, viewers } = await startShow();
    await host.client.ask('media.closeFeed', { feedId: 'hanna:camera' });
    await until('all pipes are closed', () => across() === 0 && pipesAt(origin).out === 0);
    await show.publish(host);
    await until('all have it again', () =>
      viewers.every(({ consumers }) => [...consumers.values()].some(({ epoch }) => epoch === 2)),
    );
    expect([...viewers[0]!.consumers.values()]).toMatchObject([{ feedId: 'hanna:camera', epoch: 2 }]);
    expect(pipesAt(origin).out).toBe(1);
  });

  test('reaches the other way round: from a cohost at an edge to the host and to other edges', async () => {
    const { host, viewers } = await startShow();
    const carl = await show.enter(edges[0], 'carl', 'cohost');
    await show.publish(carl, 'microphone');
    await until('the host hears him', () => host.consumers.size === 1);
    await until('all others do', () => viewers.every(({ consumers }) => consumers.size === 2));
    expect([...host.consumers.values()]).toMatchObject([{ feedId: 'carl:microphone', kind: 'audio' }]);
  });
});
