import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { edgeListSchema } from '../../protocol/edges.ts';
import type { EdgeList } from '../../protocol/edges.ts';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';
import { until } from '../support/until.ts';

let cluster: NodeCluster;
let us: ClusterNode;
let eu: ClusterNode;
let crowd: SignalCrowd;
let farCrowd: SignalCrowd;

beforeAll(async () => {
  cluster = new NodeCluster();
  us = await cluster.start('us1', { region: 'us', capacity: 2 });
  eu = await cluster.start('eu1', { region: 'eu', capacity: 2 });
  crowd = new SignalCrowd(us.origin);
  farCrowd = new SignalCrowd(eu.origin);
});
afterEach(async () => {
  crowd.close();
  farCrowd.close();
  eu.store.update({ draining: false });
  await until(async () => (await edgesOf(us)).edges.length === 2);
});
afterAll(() => cluster.close());

async function edgesOf({ origin }: ClusterNode, query = '', headers = {}): Promise<EdgeList> {
  return edgeListSchema.parse(await (await fetch(`${origin}/v1/edges${query}`, { headers })).json());
}
const urls = ({ edges }: EdgeList) => edges.map(({ url }) => url).sort();

describe('the edges of a network', () => {
  test('are told by each of them, and by the answer to a join', async () => {
    const both = [us.origin, eu.origin].sort();
    await until(async () => (await edgesOf(us)).edges.length === 2);
    expect(urls(await edgesOf(us))).toEqual(both);
    expect(await edgesOf(eu)).toMatchObject({ self: 'eu1', regions: ['eu', 'us'] });
    expect(urls(await edgesOf(us, '?region=eu'))).toEqual([eu.origin]);
    const { client, reply } = await crowd.enter('told', 'vera', 'viewer');
    expect(client.hello).toMatchObject({ nodeId: 'us1', region: 'us' });
    if (!reply.ok) throw new Error(reply.error.code);
    expect(reply.value.network).toMatchObject({ self: 'us1', regions: ['eu', 'us'] });
    expect(urls(reply.value.network)).toEqual(both);
  });

  test('are named by the host that the browser knows, where their own is only "localhost"', async () => {
    const { port } = new URL(us.origin);
    const list = await edgesOf(us, '', { 'x-forwarded-host': 'ignored.example' });
    expect(urls(list)).toContain(`http://localhost:${port}`);
    const asked = await fetch(`http://127.0.0.1:${port}/v1/edges`);
    expect(urls(edgeListSchema.parse(await asked.json()))).toContain(`http://127.0.0.1:${port}`);
  });

  test('are told anew to who is in a room only where one he knows is gone, and not at every change', async () => {
    const vera = await crowd.entered('news', 'vera', 'viewer');
    eu.store.update({ load: 0.6 });
    await until(async () => (await edgesOf(us)).edges.some(({ load }) => load === 1));
    eu.store.update({ draining: true, load: 0 });
    const news = await vera.next('network');
    expect(urls(news)).toEqual([us.origin]);
  }, 30_000);
});

describe('a node that takes nobody', () => {
  test('names another one to those who come, and keeps those who are there', async () => {
    const vera = await crowd.entered('full', 'vera', 'viewer');
    await crowd.entered('full', 'walt', 'viewer');
    await until(async () => (await edgesOf(us)).edges.length === 1);
    const late = await crowd.enter('full', 'late', 'viewer');
    expect(late.reply).toMatchObject({
      ok: false,
      error: {
        code: 'go-elsewhere',
        retryAfterMs: expect.any(Number),
        edges: [{ url: eu.origin, nodeId: 'eu1' }],
      },
    });
    vera.close();
    expect((await crowd.enter('full', 'vera', 'viewer')).reply).toMatchObject({ ok: true });
  });

  test('takes them all the same where nobody else does', async () => {
    for (const people of [crowd, farCrowd])
      for (const name of ['una', 'uri']) await people.entered('crowded', name, 'viewer');
    await until(async () => (await edgesOf(us)).edges.length === 0);
    expect((await crowd.enter('nowhere', 'vera', 'viewer')).reply).toMatchObject({ ok: true });
  });
});
