import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CascadeShow, pipesAt, watch } from '../support/cascadeShow.ts';
import type { ShowPerson } from '../support/cascadeShow.ts';
import { until } from '../support/mediaRoom.ts';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';

describe('a feed whose way breaks', () => {
  let cluster: NodeCluster;
  let origin: ClusterNode;
  let edges: ClusterNode[];
  let show: CascadeShow;
  let viewers: ShowPerson[];
  let gateway: ClusterNode;
  let others: ClusterNode[];

  beforeEach(async () => {
    cluster = new NodeCluster();
    origin = await cluster.start('us-1', { region: 'us' });
    edges = [];
    for (const name of ['eu-1', 'eu-2', 'eu-3']) edges.push(await cluster.start(name, { region: 'eu' }));
    show = new CascadeShow(cluster);
    await show.publish(await show.enter(origin, 'hanna', 'host'));
    viewers = await Promise.all(edges.map((edge, n) => show.enter(edge, `vera-${n}`)));
    await until('everybody has it', () => viewers.every(({ consumers }) => consumers.size === 1));
    gateway = edges.find((edge) => pipesAt(edge).out > 0)!;
    others = edges.filter((edge) => edge !== gateway);
    for (const edge of others) await watch(edge);
  }, 30_000);
  afterEach(async () => {
    await show.close();
    await cluster.close();
  }, 30_000);

  const viewersAt = (nodes: ClusterNode[]): ShowPerson[] =>
    nodes.map((node) => viewers[edges.indexOf(node)]!);

  /** Waits until all of these have the feed by another consumer than before, and media comes to it. */
  async function healed(nodes: ClusterNode[], breakIt: () => Promise<void> | void): Promise<number> {
    const before = viewersAt(nodes).map(({ consumers }) => [...consumers.keys()]);
    const known = new Set(nodes.flatMap(({ view }) => view.imported));
    const startedMs = performance.now();
    await breakIt();
    const fresh = (node: ClusterNode) =>
      node.view.imported.filter((one) => !known.has(one) && !one.closed).at(-1);
    await until('it comes by other pipes', () => nodes.every((node) => fresh(node)), 20_000);
    await Promise.all(nodes.map((node) => watch(node, fresh(node))));
    const tookMs = performance.now() - startedMs;
    await until('viewers have moved', () =>
      viewersAt(nodes).every(({ consumers }, n) => {
        const now = [...consumers.keys()];
        return now.length === 1 && !before[n]!.includes(now[0]!);
      }),
    );
    for (const { consumers } of viewersAt(nodes))
      expect([...consumers.values()]).toMatchObject([{ feedId: 'hanna:camera', epoch: 1 }]);
    return tookMs;
  }

  test('goes on for everybody when its gateway is killed', async () => {
    const tookMs = await healed(others, async () => {
      await gateway.cutOff();
      gateway.view.killWorkers();
    });
    console.info(`media after ${Math.round(tookMs)} ms`);
    await until('the origin feeds the new gateway alone', () => pipesAt(origin).out === 1, 15_000);
    expect(others.map((node) => pipesAt(node).in)).toEqual([1, 1]);
  }, 30_000);

  test('goes on for everybody when a worker of its gateway dies', async () => {
    const tookMs = await healed(others, () => gateway.view.killWorkers());
    console.info(`media after ${Math.round(tookMs)} ms`);
    const isOneWay = (): boolean => pipesAt(origin).out === 1 && pipesAt(gateway).out === 2;
    await until('there is one way again', isOneWay, 15_000);
  }, 30_000);

  test('is not interrupted where only the links of a gateway break, and its media goes on', async () => {
    const sinks = await Promise.all(others.map((node) => watch(node)));
    await healed(others, () => gateway.cutOff());
    for (const sink of sinks) expect(sink.longestGapMs).toBeLessThan(2000);
  }, 30_000);
});
