import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'puppeteer';
import { waitForState } from '../support/browser.ts';
import { statesSince, waitForMoving, waitForStanding } from '../support/pageHistory.ts';
import { connectSignal } from '../support/signalClient.ts';
import { until } from '../support/until.ts';
import { WanCluster } from '../support/wanCluster.ts';
import { tell, tellStall } from '../support/wanFigures.ts';
import { WanPages } from '../support/wanPages.ts';
import { WanShow } from '../support/wanShow.ts';
import { clearWay, evenRoad, roundTrip } from '../wan/wanProfile.ts';

let cluster: WanCluster;
let pages: WanPages;
const ocean = roundTrip(80);

beforeAll(async () => {
  cluster = await WanCluster.start({
    regions: { us: ['us-1'], ap: ['ap-1'], eu: ['eu-1', 'eu-2'] },
    flags: ['--cohost-grace-ms=60000'],
    roads: [
      ['us', 'eu', ocean],
      ['us', 'ap', ocean],
      ['ap', 'eu', ocean],
    ],
  });
  pages = await WanPages.launch(cluster);
});
afterEach(async () => {
  await pages.shutAll();
  for (const one of ['us', 'ap', 'eu']) {
    cluster.heal(one, 'redis');
    for (const other of ['us', 'ap', 'eu']) cluster.heal(one, other);
  }
  cluster.set('us', 'eu', ocean);
});
afterAll(async () => {
  await pages.close();
  await cluster.close();
});

const acrossTheOcean = (camera?: { width: number; height: number }): Promise<WanShow> =>
  WanShow.open(cluster, pages, { host: 'us-1', viewers: ['eu-1', 'eu-2'], camera });

/** What a join at a node is answered with: `ok`, or the code of the refusal. */
async function joinAt(nodeId: string, room: string, name: string): Promise<string> {
  const client = await connectSignal(cluster.node(nodeId).origin);
  const answer = await client.join(await cluster.token(room, name, 'viewer'));
  client.close();
  return answer.ok ? 'ok' : answer.error.code;
}

describe('Redis', () => {
  const ways = {
    'that is killed': { away: () => cluster.redis.stop(), back: () => cluster.redis.start() },
    'that hangs': { away: () => cluster.redis.freeze(), back: () => cluster.redis.thaw() },
  };
  test.each(Object.entries(ways))(
    '%s: shows go on, and who comes to one of them is let in',
    async (how, way) => {
      const show = await acrossTheOcean();
      const viewer = show.viewer('eu-1');
      const awayMs = Date.now();
      await way.away();
      try {
        // A node that knows the room needs nobody; one that does not cannot know who has it.
        await until(async () => (await joinAt('ap-1', `unknown-${awayMs}`, 'Una')) === 'home-away');
        expect(await joinAt('eu-2', show.room, 'Late')).toBe('ok');
        const late = await pages.open({ at: 'eu-1', room: show.room, name: 'Lara' });
        await waitForMoving(late, show.feedId);
        await show.host.evaluate(() => window.tributary?.room?.setMicrophone(false));
        await viewer.waitForFunction(
          () => window.tributary?.room?.view.stage[0]?.intent.microphone === false,
          { polling: 50 },
        );
        await tellStall(`Redis ${how}`, viewer, show.feedId, awayMs);
      } finally {
        await way.back();
      }
      await until(async () => (await joinAt('ap-1', `unknown-${awayMs}`, 'Una')) === 'ok');
      await waitForMoving(viewer, show.feedId);
      expect(await statesSince(viewer, awayMs)).toEqual([]);
      expect(await statesSince(show.host, awayMs)).toEqual([]);
    },
  );
});

describe('roads', () => {
  test('between a gateway and the origin that is cut: the feed comes another way', async () => {
    const show = await acrossTheOcean();
    const { gateway, edge } = await show.gatewayOf('eu');
    const cutMs = Date.now();
    cluster.cut(gateway.nodeId, 'us-1');
    await until(async () => {
      const pulls = await show.pulls('eu-1');
      const from = (to: string): string | undefined =>
        pulls.find((pull) => pull.to === to && pull.state === 'open')?.from;
      return from(gateway.nodeId) !== undefined && from(gateway.nodeId) !== 'us-1';
    });
    for (const { nodeId } of [gateway, edge]) {
      await tellStall('road from the origin to the gateway cut', show.viewer(nodeId), show.feedId, cutMs);
      expect(await statesSince(show.viewer(nodeId), cutMs)).toEqual([]);
    }
  });

  test('of a whole region that are cut: each side keeps what it has, and it is one show again afterwards', async () => {
    const show = await acrossTheOcean();
    const carl = 'carl:camera';
    const camera = { width: 320, height: 180, colour: 'blue' };
    await pages.open({ at: 'eu-1', room: show.room, name: 'Carl', role: 'cohost', camera });
    const near = await pages.open({ at: 'us-1', room: show.room, name: 'Nora' });
    const far = show.viewer('eu-2');
    const everybodySeesBoth = async (): Promise<void> => {
      for (const page of [near, far]) {
        await waitForMoving(page, show.feedId, { timeoutMs: 60_000 });
        await waitForMoving(page, carl, { timeoutMs: 60_000 });
      }
    };
    await everybodySeesBoth();

    const cutMs = Date.now();
    for (const other of ['us', 'ap', 'redis']) cluster.cut('eu', other);
    await waitForStanding(near, carl);
    await waitForStanding(far, show.feedId);
    await waitForMoving(near, show.feedId);
    await waitForMoving(far, carl);

    const healedMs = Date.now();
    for (const other of ['us', 'ap', 'redis']) cluster.heal('eu', other);
    await everybodySeesBoth();
    await tellStall('region back, its co-host at a viewer outside', near, carl, healedMs);
    await tellStall('region back, the host at a viewer in it', far, show.feedId, healedMs);
    await until(async () => {
      const [here, there] = await Promise.all([
        cluster.cascade(show.room, 'us-1'),
        cluster.cascade(show.room, 'eu-1'),
      ]);
      return here.home !== null && here.home.epoch === there.home?.epoch && here.silent.length === 0;
    });
    const stageOf = (page: Page): Promise<unknown> =>
      page.evaluate(() => window.tributary?.room?.view.stage.map(({ id, presence }) => [id, presence]));
    const both = JSON.stringify([
      ['hanna', 'connected'],
      ['carl', 'connected'],
    ]);
    for (const page of [near, far]) await until(async () => JSON.stringify(await stageOf(page)) === both);
    expect(await statesSince(near, cutMs)).toEqual([]);
    expect(await statesSince(far, cutMs)).toEqual([]);
    await waitForState(far, 'live');
  });

  test('that lose packets carry no top layer, and carry it again when they are good', async () => {
    const show = await acrossTheOcean({ width: 640, height: 360 });
    for (const at of ['eu-1', 'eu-2'])
      await show.viewer(at).evaluate(() => window.tributary?.room?.setQuality('all', 'high'));
    const carried = async (layer: number): Promise<void> =>
      until(
        async () => {
          const crossing = (await show.pulls()).find(({ fromRegion, toRegion }) => fromRegion !== toRegion);
          return crossing?.layers.carried === layer;
        },
        { limitMs: 60_000 },
      );
    const startedMs = Date.now();
    await carried(1);
    tell(`host live and wanted whole: the top layer was there after ${Date.now() - startedMs} ms`);
    const lossyMs = Date.now();
    cluster.set('us', 'eu', evenRoad({ ...clearWay, delayMs: 40, loss: { kind: 'random', ratio: 0.12 } }));
    await carried(0);
    tell(`12 % of the packets lost: the top layer was left out after ${Date.now() - lossyMs} ms`);
    const goodMs = Date.now();
    cluster.set('us', 'eu', ocean);
    await carried(1);
    tell(`none lost any more: the top layer was back after ${Date.now() - goodMs} ms`);
    for (const at of ['eu-1', 'eu-2']) await waitForMoving(show.viewer(at), show.feedId);
  });
});
