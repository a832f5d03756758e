import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';
import { microphoneParameters } from '../support/rtpParameters.ts';
import { fingerprints } from '../support/signalClient.ts';
import type { SignalClient } from '../support/signalClient.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';
import { until } from '../support/until.ts';

let cluster: NodeCluster;
let us: ClusterNode;
let eu: ClusterNode;
let here: SignalCrowd;
let there: SignalCrowd;

beforeAll(async () => {
  cluster = new NodeCluster();
  us = await cluster.start('us1', { region: 'us' }, ['--drain-ms=4000']);
  eu = await cluster.start('eu1', { region: 'eu' });
  here = new SignalCrowd(us.origin);
  there = new SignalCrowd(eu.origin);
});
afterEach(async () => {
  await drain('us1', 'undrain');
  here.close();
  there.close();
  await until(async () => (await readiness(us)) === 200);
});
afterAll(() => cluster.close());

/** As an operator asks, of either node. */
const drain = (node: string, word = 'drain', from = us) =>
  fetch(`${from.adminOrigin}/v1/nodes/${node}/${word}`, { method: 'POST' });
const readiness = async ({ adminOrigin }: ClusterNode) => (await fetch(`${adminOrigin}/readyz`)).status;

async function publishes(client: SignalClient) {
  await client.ask('media.openSend', { fingerprints });
  return client.ask('media.produce', { source: 'microphone', rtpParameters: microphoneParameters(1234) });
}

describe('a node that drains', () => {
  test('says so, takes nobody new, and sends those who come to another node, until that is taken back', async () => {
    const answer = await drain('us1', 'drain', eu);
    expect([answer.status, await answer.json()]).toEqual([202, { nodeId: 'us1', draining: true }]);
    expect(await (await fetch(`${us.adminOrigin}/readyz`)).json()).toMatchObject({ reasons: ['draining'] });
    expect((await here.enter('late', 'vera', 'viewer')).reply).toMatchObject({
      error: { code: 'go-elsewhere', edges: [{ nodeId: 'eu1' }] },
    });
    expect(await (await drain('us1', 'undrain', eu)).json()).toEqual({ nodeId: 'us1', draining: false });
    expect(await readiness(us)).toBe(200);
    expect((await here.enter('late', 'vera', 'viewer')).reply).toMatchObject({ ok: true });
  });

  test('is drained by who may: not through the public door without a token, and no node that is not there', async () => {
    const publicly = await fetch(`${us.origin}/v1/nodes/us1/drain`, { method: 'POST' });
    expect(publicly.status).toBe(401);
    expect((await drain('nobody')).status).toBe(404);
    expect((await drain('NO BODY')).status).toBe(400);
    expect(await readiness(us)).toBe(200);
  });

  test('moves the audience first, then the stage, and lets go of each when he says so', async () => {
    const hanna = await here.entered('moves', 'hanna', 'host');
    const vera = await here.entered('moves', 'vera', 'viewer');
    expect(await publishes(hanna)).toMatchObject({ value: { epoch: 1 } });
    await drain('us1');
    expect(await vera.next('move')).toMatchObject({
      edges: [{ nodeId: 'eu1' }],
      withinMs: expect.any(Number),
    });
    const veraThere = await there.entered('moves', 'vera', 'viewer', { moving: true });
    await vera.ask('leave', {});
    await hanna.next('move');

    const hannaThere = await there.entered('moves', 'hanna', 'host', { moving: true });
    // Her old feed is not closed by her coming, nor is her old page thrown out: others follow when the new one is there.
    const sound = (epoch: number) => (view: { stage: { feeds: { epoch: number }[] }[] }) =>
      view.stage[0]?.feeds[0]?.epoch === epoch;
    const seen: number[] = [];
    veraThere.socket.on('room', (view) => seen.push(view.stage[0]?.feeds.length ?? 0));
    expect(await publishes(hannaThere)).toMatchObject({ ok: true, value: { epoch: 2 } });
    await veraThere.next('room', sound(2));
    expect(seen.every((feeds) => feeds === 1)).toBe(true);
    expect(hanna.socket.connected).toBe(true);
    expect(await hanna.ask('media.restartIce', { direction: 'recv' })).toMatchObject({ ok: true });
    await hanna.ask('leave', {});
    expect(await hannaThere.ask('chat.send', { text: 'moved' })).toMatchObject({ ok: true });
    const { client: mona, reply } = await there.enter('moves', 'mona', 'moderator');
    expect(reply).toMatchObject({ value: { room: { stage: [{ presence: 'connected' }] } } });
    // Nobody is counted at both.
    await until(async () => {
      const page = await mona.ask('audience.list', { offset: 0, limit: 10 });
      return page.ok && page.value.total === 2;
    });
  }, 20_000);

  test('sends those away who have not gone in time, and says where to', async () => {
    const vera = await here.entered('stays', 'vera', 'viewer');
    await drain('us1');
    await vera.next('move');
    expect(await vera.next('left')).toMatchObject({ reason: 'shutdown', edges: [{ nodeId: 'eu1' }] });
  }, 20_000);

  test('closes what somebody had open at another node and does not open here', async () => {
    const hanna = await here.entered('forgets', 'hanna', 'host');
    expect(await publishes(hanna)).toMatchObject({ ok: true });
    await drain('us1');
    await hanna.next('move');
    const hannaThere = await there.entered('forgets', 'hanna', 'host', { moving: true });
    await hannaThere.next('room', ({ stage }) => stage[0]?.feeds.length === 0);
  }, 25_000);
});
