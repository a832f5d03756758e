import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { epochOf, waitForEpochAfter, waitForState } from '../support/browser.ts';
import { statesSince, waitForMoving } from '../support/pageHistory.ts';
import { until } from '../support/until.ts';
import { WanCluster } from '../support/wanCluster.ts';
import { tellStall } from '../support/wanFigures.ts';
import type { WanNode } from '../support/wanNode.ts';
import { WanPages } from '../support/wanPages.ts';
import { WanShow } from '../support/wanShow.ts';
import { roundTrip } from '../wan/wanProfile.ts';

let cluster: WanCluster;
let pages: WanPages;

beforeAll(async () => {
  cluster = await WanCluster.start({
    regions: { us: ['us-1', 'us-2'], eu: ['eu-1', 'eu-2'] },
    roads: [['us', 'eu', roundTrip(80)]],
  });
  pages = await WanPages.launch(cluster);
});
afterEach(async () => {
  await pages.shutAll();
  for (const node of cluster.nodes) {
    if (node.running) node.wake();
    else await node.start();
  }
});
afterAll(async () => {
  await pages.close();
  await cluster.close();
});

const joinsAt = async (node: WanNode): Promise<number> =>
  (await node.metrics()).sum('tributary_joins_total', { result: 'ok' });

const acrossTheOcean = (): Promise<WanShow> =>
  WanShow.open(cluster, pages, { host: 'us-1', viewers: ['eu-1', 'eu-2'] });

describe('a media worker dies', () => {
  test('of an edge: its own viewers come back, and nobody else notices', async () => {
    const show = await acrossTheOcean();
    const { gateway, edge } = await show.gatewayOf('eu');
    const [near, far] = [show.viewer(gateway.nodeId), show.viewer(edge.nodeId)];
    const joins = await joinsAt(gateway);
    const killedMs = Date.now();
    edge.killWorker();
    await until(async () => (await joinsAt(edge)) > 1);
    await tellStall('worker of an edge killed', far, show.feedId, killedMs);
    await tellStall('worker of an edge killed, a viewer of another node', near, show.feedId, killedMs);
    expect(await joinsAt(gateway)).toBe(joins);
  });

  test('of a gateway: the nodes behind it get the feed anew, and their viewers do not join again', async () => {
    const show = await acrossTheOcean();
    const { gateway, edge } = await show.gatewayOf('eu');
    const joins = await joinsAt(edge);
    const gatewayJoins = await joinsAt(gateway);
    const killedMs = Date.now();
    gateway.killWorker();
    await until(async () => (await joinsAt(gateway)) > gatewayJoins);
    await tellStall('worker of a gateway killed', show.viewer(edge.nodeId), show.feedId, killedMs);
    await tellStall(
      'worker of a gateway killed, its viewer',
      show.viewer(gateway.nodeId),
      show.feedId,
      killedMs,
    );
    expect(await joinsAt(edge)).toBe(joins);
    expect(await statesSince(show.viewer(edge.nodeId), killedMs)).toEqual([]);
  });

  test('of the origin: the publisher comes anew under the same name, and other rooms go on', async () => {
    const show = await acrossTheOcean();
    const other = await WanShow.open(cluster, pages, { host: 'us-2', viewers: ['eu-1'] });
    const viewer = show.viewer('eu-2');
    const epoch = await epochOf(viewer, 'Hanna', 'camera');
    const joins = await joinsAt(cluster.node('eu-2'));
    const killedMs = Date.now();
    cluster.node('us-1').killWorker();
    await waitForEpochAfter(viewer, 'Hanna', 'camera', epoch);
    await tellStall('worker of the origin killed', viewer, show.feedId, killedMs);
    await tellStall('the same, another room', other.viewer('eu-1'), other.feedId, killedMs);
    expect(await joinsAt(cluster.node('eu-2'))).toBe(joins);
  });
});

describe('a node is lost', () => {
  test('an edge: its viewers go on at another one', async () => {
    const show = await acrossTheOcean();
    const { edge } = await show.gatewayOf('eu');
    const viewer = show.viewer(edge.nodeId);
    const killedMs = Date.now();
    await edge.kill();
    await until(async () => (await statesSince(viewer, killedMs)).includes('live'));
    await tellStall('edge node killed', viewer, show.feedId, killedMs);
  });

  test('a gateway: the nodes behind it find another way, and their viewers do not join again', async () => {
    const show = await acrossTheOcean();
    const { gateway, edge } = await show.gatewayOf('eu');
    const killedMs = Date.now();
    await gateway.kill();
    await until(async () =>
      (await show.pulls(edge.nodeId)).some(
        ({ to, fromRegion, state }) => to === edge.nodeId && fromRegion === 'us' && state === 'open',
      ),
    );
    await tellStall('gateway node killed', show.viewer(edge.nodeId), show.feedId, killedMs);
    expect(await statesSince(show.viewer(edge.nodeId), killedMs)).toEqual([]);
    const moved = show.viewer(gateway.nodeId);
    await waitForState(moved, 'live');
    await tellStall('gateway node killed, its viewer', moved, show.feedId, killedMs);
  });

  test('a gateway that hangs: it is gone round, and it is no second way when it wakes', async () => {
    const show = await acrossTheOcean();
    const { gateway, edge } = await show.gatewayOf('eu');
    const hungMs = Date.now();
    gateway.hang();
    await until(async () =>
      (await show.pulls(edge.nodeId)).some(
        ({ to, fromRegion, state }) => to === edge.nodeId && fromRegion === 'us' && state === 'open',
      ),
    );
    await tellStall('gateway node hangs', show.viewer(edge.nodeId), show.feedId, hungMs);
    gateway.wake();
    await until(async () => {
      const pulls = (await show.pulls('us-1')).filter(({ toRegion }) => toRegion === 'eu');
      return pulls.filter(({ fromRegion }) => fromRegion === 'us').length === 1;
    });
    expect(await statesSince(show.viewer(edge.nodeId), hungMs)).toEqual([]);
  });

  test('the home of a room whose origin lives: another node keeps the room, and no picture stops', async () => {
    const show = await WanShow.open(cluster, pages, {
      host: 'us-1',
      viewers: ['us-2', 'eu-1'],
      audienceFirst: true,
    });
    const before = await cluster.cascade(show.room, 'eu-1');
    expect(before.home?.nodeId).toBe('us-2');
    const killedMs = Date.now();
    await cluster.node('us-2').kill();
    await until(async () => {
      const { home } = await cluster.cascade(show.room, 'eu-1');
      return home !== null && home.nodeId !== 'us-2' && home.epoch > before.home!.epoch;
    });
    const viewer = show.viewer('eu-1');
    await tellStall('home of the room killed', viewer, show.feedId, killedMs);
    expect(await statesSince(viewer, killedMs)).toEqual([]);
    // The new home decides.
    await show.host.evaluate(() => window.tributary?.room?.setMicrophone(false));
    await viewer.waitForFunction(() => window.tributary?.room?.view.stage[0]?.intent.microphone === false, {
      polling: 50,
    });
    await waitForState(show.viewer('us-2'), 'live');
    await waitForMoving(show.viewer('us-2'), show.feedId);
  });
});
