import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { networkReportSchema, roomCascadeReportSchema } from '../../protocol/cascadeReport.ts';
import type { NetworkReport } from '../../protocol/cascadeReport.ts';
import { CascadeShow } from '../support/cascadeShow.ts';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';
import { until } from '../support/until.ts';

let cluster: NodeCluster;
let a: ClusterNode;
let b: ClusterNode;
let crowds: SignalCrowd[];

beforeAll(async () => {
  cluster = new NodeCluster();
  [a, b] = [await cluster.start('a'), await cluster.start('b')];
  crowds = [new SignalCrowd(a.origin), new SignalCrowd(b.origin)];
});
afterEach(() => {
  for (const crowd of crowds) crowd.close();
});
afterAll(() => cluster.close());

const devToken = async ({ origin }: ClusterNode, headers = {}): Promise<Response> =>
  fetch(`${origin}/dev/admin-token`, { method: 'POST', headers });
const bearer = async (node: ClusterNode): Promise<{ authorization: string }> => {
  const { token } = (await (await devToken(node)).json()) as { token: string };
  return { authorization: `Bearer ${token}` };
};
const get = async (node: ClusterNode, path: string): Promise<Response> =>
  fetch(`${node.origin}${path}`, { headers: await bearer(node) });
const network = async (node: ClusterNode): Promise<NetworkReport> =>
  networkReportSchema.parse(await (await get(node, '/v1/network')).json());

describe('the operator API', () => {
  test('lets nobody in without a good token', async () => {
    for (const headers of [{}, { authorization: 'Bearer guess-guess-guess-guess-guess' }])
      for (const path of ['/v1/network', '/v1/rooms/show/cascade']) {
        const answer = await fetch(`${a.origin}${path}`, { headers });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
        expect(await answer.json()).toMatchObject({ code: 'admin-token-invalid' });
      }
  });

  test('gives its token to the own page on this machine alone', async () => {
    expect((await devToken(a)).status).toBe(200);
    expect((await devToken(a, { origin: a.origin })).status).toBe(200);
    expect((await devToken(a, { origin: 'http://evil.example' })).status).toBe(404);
    expect((await devToken(a, { 'x-forwarded-host': 'evil.example', origin: 'null' })).status).toBe(404);
  });

  test('tells of a room at several nodes as any of them is asked', async () => {
    const [atA, atB] = crowds;
    await atA!.entered('show', 'hanna', 'host');
    await atB!.entered('show', 'vera', 'viewer');
    await atB!.entered('show', 'victor', 'viewer');
    for (const node of [a, b]) {
      const answer = await get(node, '/v1/rooms/show/cascade');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const report = roomCascadeReportSchema.parse(await answer.json());
      expect(report).toMatchObject({ roomId: 'show', home: { nodeId: 'a' }, silent: [] });
      expect(report.nodes).toEqual([
        { nodeId: 'a', region: 'eu', viewers: 0, draining: false },
        { nodeId: 'b', region: 'eu', viewers: 2, draining: false },
      ]);
    }
    const all = await network(b);
    expect(all).toMatchObject({ self: 'b', regions: ['eu'], strangers: [], silent: [] });
    expect(all.nodes.map(({ nodeId }) => nodeId)).toEqual(['a', 'b']);
    expect(all.rooms).toMatchObject([{ roomId: 'show', home: { nodeId: 'a' }, nodes: 2, viewers: 2 }]);
    expect(all.links).toContainEqual(
      expect.objectContaining({ from: 'a', to: 'b', state: 'up', rttMs: expect.any(Number) }),
    );
  });

  test('says that a room is unknown, or its name is none', async () => {
    const unknown = await get(a, '/v1/rooms/nowhere/cascade');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: 'room-not-found' });
    expect((await get(a, '/v1/rooms/..%2f/cascade')).status).toBe(400);
  });

  test('names who does not answer, and answers all the same', async () => {
    const c = await cluster.start('c');
    await c.cutOff();
    await until(async () => (await network(a)).silent.includes(c.nodeId));
    const { nodes, silent } = await network(a);
    expect(silent).toEqual(['c']);
    expect(nodes.map(({ nodeId }) => nodeId)).toContain('c');
    await until(async () => (await network(a)).silent.length === 0);
  });
});

describe('a feed on its way through two regions', () => {
  let regions: NodeCluster;
  let nodes: [ClusterNode, ClusterNode, ClusterNode];
  let show: CascadeShow;

  beforeAll(async () => {
    regions = new NodeCluster();
    nodes = [
      await regions.start('us-1', { region: 'us' }),
      await regions.start('eu-1', { region: 'eu' }),
      await regions.start('eu-2', { region: 'eu' }),
    ];
    show = new CascadeShow(regions);
    const host = await show.enter(nodes[0], 'hanna', 'host');
    await show.publish(host);
    const viewers = [await show.enter(nodes[1], 'vera'), await show.enter(nodes[2], 'victor')];
    await until(() => viewers.every(({ consumers }) => consumers.size === 1));
  });
  afterAll(async () => {
    await show.close();
    await regions.close();
  });

  test('is one tree, whichever node is asked: one pipe into the region, one inside it', async () => {
    for (const node of nodes) {
      const answer = await get(node, `/v1/rooms/${show.room}/cascade`);
      const { feeds } = roomCascadeReportSchema.parse(await answer.json());
      expect(feeds).toMatchObject([{ feedId: 'hanna:camera', originNode: 'us-1', originRegion: 'us' }]);
      const [into, inside] = feeds[0]!.pulls;
      expect(into).toMatchObject({
        depth: 1,
        from: 'us-1',
        toRegion: 'eu',
        state: 'open',
        reason: { kind: 'border' },
      });
      expect(inside).toMatchObject({ depth: 2, from: into!.to, toRegion: 'eu', reason: { kind: 'gateway' } });
      expect(feeds[0]!.pulls).toHaveLength(2);
    }
    expect((await network(nodes[1])).rooms).toMatchObject([
      { roomId: show.room, nodes: 3, feeds: 1, viewers: 2 },
    ]);
  });

  test('is counted at each end', async () => {
    const metrics = async ({ adminOrigin }: ClusterNode): Promise<string> =>
      (await fetch(`${adminOrigin}/metrics`)).text();
    expect(await metrics(nodes[0])).toContain('tributary_pipes_out{kind="video"} 1\n');
    for (const edge of nodes.slice(1)) {
      const text = await metrics(edge);
      expect(text).toContain('tributary_pipes{kind="video",state="open"} 1\n');
      expect(text).toContain('tributary_pulls_total{result="opened"} 1\n');
    }
  });
});
