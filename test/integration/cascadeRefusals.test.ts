import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pipeIdSchema } from '../../protocol/cascadeMessages.ts';
import type { FeedId, RoomId } from '../../protocol/identity.ts';
import type { NodeRequest } from '../../protocol/nodeMessages.ts';
import type { NodeLinks } from '../../server/cluster/nodeLinks.ts';
import { CascadeShow, pipesAt } from '../support/cascadeShow.ts';
import { nodeId, regionId } from '../support/clusters.ts';
import { until } from '../support/mediaRoom.ts';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';

describe('a node that is asked for a feed', () => {
  let cluster: NodeCluster;
  let origin: ClusterNode;
  let edge: ClusterNode;
  let show: CascadeShow;
  let asker: NodeLinks;

  beforeAll(async () => {
    cluster = new NodeCluster();
    origin = await cluster.start('us-1', { region: 'us' });
    edge = await cluster.start('eu-1', { region: 'eu' });
    show = new CascadeShow(cluster);
    const host = await show.enter(origin, 'hanna', 'host');
    await show.publish(host);
    // The epoch before is over.
    await host.client.ask('media.closeFeed', { feedId: 'hanna:camera' });
    await show.publish(host);
    const { consumers } = await show.enter(edge, 'vera');
    await until('she has it', () => [...consumers.values()].some(({ epoch }) => epoch === 2));
    asker = cluster.bareNode('eu-9');
  }, 30_000);
  afterAll(async () => {
    await show.close();
    await cluster.close();
  });

  const request = (more: Partial<NodeRequest<'feed.pull'>> = {}): NodeRequest<'feed.pull'> => ({
    pipeId: pipeIdSchema.parse(randomUUID()),
    roomId: show.room as RoomId,
    feedId: 'hanna:camera' as FeedId,
    epoch: 2,
    originNode: origin.nodeId,
    originRegion: regionId('us'),
    path: [nodeId('eu-9')],
    maxSpatialLayer: 1,
    ...more,
  });
  const pull = (asked: NodeRequest<'feed.pull'>, at: ClusterNode = origin) =>
    asker.to(at.nodeId).call('feed.pull', asked, { timeoutMs: 1000 });

  test('makes one pipe of a call that comes twice, and none after it was dropped', async () => {
    const before = pipesAt(origin).out;
    const asked = request();
    const [first, second] = await Promise.all([pull(asked), pull(asked)]);
    expect(first).toMatchObject({ ok: true, value: { offer: { epoch: 2 }, path: ['us-1'] } });
    expect(second).toEqual(first);
    expect(pipesAt(origin).out).toBe(before + 1);
    await asker.to(origin.nodeId).call('feed.drop', { pipeId: asked.pipeId });
    expect(pipesAt(origin).out).toBe(before);
  });

  test('passes it on with the way it took, and forgets who does not connect', async () => {
    const before = pipesAt(edge).out;
    expect(await pull(request({ originNode: origin.nodeId }), edge)).toMatchObject({
      value: { path: ['us-1', 'eu-1'], offer: { hops: 2 } },
    });
    await until('it is forgotten', () => pipesAt(edge).out === before, 15_000);
  }, 20_000);

  test.each<[string, () => ReturnType<typeof pull>, string]>([
    [
      'what would pass it twice',
      () => pull(request({ path: [edge.nodeId, nodeId('eu-9')] }), edge),
      'path-loop',
    ],
    [
      'what comes through who asks',
      () => pull(request({ path: [origin.nodeId, nodeId('eu-9')] }), edge),
      'path-loop',
    ],
    ['an epoch that is over', () => pull(request({ epoch: 1 }), edge), 'stale-epoch'],
    ['an epoch that is over, at its origin', () => pull(request({ epoch: 1 })), 'stale-epoch'],
    ['who does not say who he is', () => pull(request({ path: [nodeId('eu-2')] })), 'path'],
  ])('refuses %s', async (_what, ask, detail) => {
    const answer = await ask();
    expect(answer).toMatchObject({ ok: false, error: { code: 'refused' } });
    expect(JSON.stringify(answer)).toContain(detail);
  });

  test('answers in time also for a feed that never comes, and keeps nothing of it', async () => {
    const missing = request({ feedId: 'hanna:screen' as FeedId, epoch: 1 });
    expect(await pull(missing)).toMatchObject({ ok: false });
    expect(await pull({ ...missing, pipeId: pipeIdSchema.parse(randomUUID()) }, edge)).toMatchObject({
      ok: false,
    });
    await until('one pipe is left', () => pipesAt(origin).out === 1 && pipesAt(edge).in === 1, 15_000);
  }, 20_000);
});
