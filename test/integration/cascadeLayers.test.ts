import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FeedId } from '../../protocol/identity.ts';
import { CascadeShow, watch } from '../support/cascadeShow.ts';
import type { ShowPerson } from '../support/cascadeShow.ts';
import { until } from '../support/mediaRoom.ts';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';

const feedId = 'hanna:camera' as FeedId;
const hidden = { feedId, visible: false, width: 640, height: 360, quality: 'auto' as const };
const small = { ...hidden, visible: true, width: 160, height: 90 };
const large = { ...hidden, visible: true, width: 1280, height: 720 };

describe('the layers of a feed', () => {
  let cluster: NodeCluster;
  let origin: ClusterNode;
  let edges: [ClusterNode, ClusterNode];
  let show: CascadeShow;
  let viewers: [ShowPerson, ShowPerson];

  beforeAll(async () => {
    cluster = new NodeCluster();
    const flags = ['--layers-off-after-ms=1000'];
    origin = await cluster.start('us-1', { region: 'us' }, flags);
    edges = [
      await cluster.start('eu-1', { region: 'eu' }, flags),
      await cluster.start('eu-2', { region: 'eu' }, flags),
    ];
    show = new CascadeShow(cluster);
    await show.publish(await show.enter(origin, 'hanna', 'host'));
    viewers = [await show.enter(edges[0], 'vera'), await show.enter(edges[1], 'victor')];
    await until('both have it', () => viewers.every(({ consumers }) => consumers.size === 1));
    for (const edge of edges) await watch(edge);
  }, 30_000);
  afterAll(async () => {
    await show.close();
    await cluster.close();
  });

  /** Which layers leave the origin. */
  const carried = (): boolean[] =>
    origin.view.exported.filter(({ closed }) => !closed).map(({ paused }) => !paused);
  const view = (viewport: typeof small): Promise<unknown> =>
    Promise.all(viewers.map(({ client }) => client.ask('media.view', { feeds: [viewport] })));

  test('cross an ocean as far as somebody behind it shows them, and no further', async () => {
    await view(large);
    await until('all do', () => carried().every(Boolean));
    await view(small);
    await until('only the lowest does', () => carried().join() === 'true,false,false', 10_000);
    await viewers[0].client.ask('media.view', { feeds: [large] });
    await until('one large picture brings all of them', () => carried().every(Boolean));
    expect(carried()).toHaveLength(3);
  });

  test('are all left out where nobody shows the feed, and come back when somebody does', async () => {
    await view(hidden);
    await until('none does', () => !carried().some(Boolean), 10_000);
    await viewers[1].client.ask('media.view', { feeds: [small] });
    await until('the lowest does again', () => carried()[0] === true);
  });
});
