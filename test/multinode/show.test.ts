import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'puppeteer';
import type { PipeReport } from '../../protocol/cascadeReport.ts';
import { meanColour, waitForState, waitForVoice } from '../support/browser.ts';
import { waitForMoving } from '../support/pageHistory.ts';
import { until } from '../support/until.ts';
import { giveVoice, speak } from '../support/voice.ts';
import { WanCluster } from '../support/wanCluster.ts';
import { tell, tellStall } from '../support/wanFigures.ts';
import { WanPages } from '../support/wanPages.ts';
import { roundTrip } from '../wan/wanProfile.ts';

const room = 'show';
const hanna = 'hanna:camera';
const carl = 'carl:camera';
const pictureOf = (name: string): string => `video[data-participant-id="${name}"][data-source="camera"]`;

let cluster: WanCluster;
let pages: WanPages;
let host: Page;
let cohost: Page;
/** By the name of their node. */
const viewers = new Map<string, Page>();
const viewerAt = (nodeId: string): Page => viewers.get(nodeId)!;

async function addViewer(nodeId: string): Promise<void> {
  viewers.set(nodeId, await pages.open({ at: nodeId, room, name: `Viewer-${nodeId}` }));
}
async function takeViewer(nodeId: string): Promise<void> {
  await pages.shut(viewerAt(nodeId));
  viewers.delete(nodeId);
}
const openCohost = (): Promise<Page> =>
  pages.open({
    at: 'eu-1',
    room,
    name: 'Carl',
    role: 'cohost',
    camera: { width: 320, height: 180, colour: 'blue' },
  });

async function pulls(): Promise<PipeReport[]> {
  const { feeds } = await cluster.cascade(room);
  return feeds.flatMap((feed) => feed.pulls);
}
const pullsOf = async (feedId: string): Promise<PipeReport[]> =>
  (await pulls()).filter((pull) => pull.feedId === feedId);

beforeAll(async () => {
  cluster = await WanCluster.start({
    regions: { us: ['us-1', 'us-2'], eu: ['eu-1', 'eu-2'] },
    roads: [['us', 'eu', roundTrip(80)]],
  });
  pages = await WanPages.launch(cluster);
  host = await pages.open({
    at: 'us-1',
    room,
    name: 'Hanna',
    role: 'host',
    camera: { width: 640, height: 360 },
  });
  await waitForState(host, 'live');
  cohost = await openCohost();
  for (const nodeId of ['us-2', 'eu-2']) await addViewer(nodeId);
});
afterAll(async () => {
  await pages.close();
  await cluster.close();
});

test('viewers of other nodes see both who are on stage, each in his colours, and hear them', async () => {
  for (const viewer of viewers.values()) {
    await waitForMoving(viewer, hanna);
    await waitForMoving(viewer, carl);
    const green = await meanColour(viewer, pictureOf('hanna'));
    expect(green.green).toBeGreaterThan(2 * Math.max(green.red, green.blue));
    const blue = await meanColour(viewer, pictureOf('carl'));
    expect(blue.blue).toBeGreaterThan(2 * Math.max(blue.red, blue.green));
  }
  await giveVoice(host);
  await speak(host, true);
  for (const viewer of viewers.values()) await waitForVoice(viewer, { participantId: 'hanna' });
  await speak(host, false);
});

test('one copy of each feed enters the other region, and the nodes there share it', async () => {
  await until(async () => {
    const all = await pulls();
    return all.length >= 4 * 3 && all.every(({ state }) => state === 'open');
  });
  const all = await pulls();
  const feedIds = ['hanna:camera', 'hanna:microphone', 'carl:camera', 'carl:microphone'];
  for (const feedId of feedIds) {
    const own = all.filter((pull) => pull.feedId === feedId);
    expect(own.filter(({ fromRegion, toRegion }) => fromRegion !== toRegion)).toHaveLength(1);
    // Everybody but the origin has it once.
    expect(new Set(own.map(({ to }) => to)).size).toBe(3);
    expect(own).toHaveLength(3);
  }
});

test('a region that shows low tiles alone gets the low layer alone, and the others when it wants them', async () => {
  const crossing = async (): Promise<PipeReport | undefined> =>
    (await pullsOf(hanna)).find(({ fromRegion, toRegion }) => fromRegion !== toRegion);
  // A publisher on a busy machine sends his top layer late.
  const carried = (layer: number): Promise<void> =>
    until(async () => (await crossing())?.layers.carried === layer, { limitMs: 60_000 });
  const setQuality = async (quality: 'low' | 'high'): Promise<void> => {
    for (const page of [viewerAt('eu-2'), cohost])
      await page.evaluate((wish) => window.tributary?.room?.setQuality('all', wish), quality);
  };
  await setQuality('high');
  await carried(1);
  let allBps = 0;
  let lowBps = 0;
  await until(
    async () => {
      allBps = (await crossing())?.bitrateBps ?? 0;
      return allBps > 220_000;
    },
    { limitMs: 60_000 },
  );
  await setQuality('low');
  await carried(0);
  await until(async () => {
    lowBps = (await crossing())?.bitrateBps ?? 0;
    return lowBps > 0 && lowBps < allBps / 2;
  });
  tell(`low tiles alone: ${Math.round((100 * lowBps) / allBps)} % of the bytes of all layers`);
  await setQuality('high');
  await carried(1);
  await viewerAt('eu-2').waitForFunction(
    (query) => document.querySelector<HTMLVideoElement>(query)?.videoHeight === 360,
    { polling: 100 },
    pictureOf('hanna'),
  );
});

test('a co-host who leaves and comes back does not stop the host’s picture', async () => {
  const leftMs = Date.now();
  await pages.shut(cohost);
  for (const viewer of viewers.values())
    await viewer.waitForFunction(
      (query) => document.querySelector(query)?.closest('[data-away="true"]') !== null,
      { polling: 50 },
      pictureOf('carl'),
    );
  await tellStall('a co-host left, the host at a far viewer', viewerAt('eu-2'), hanna, leftMs);
  const cameMs = Date.now();
  cohost = await openCohost();
  for (const viewer of viewers.values()) await waitForMoving(viewer, carl);
  await tellStall('a co-host came, the host at a far viewer', viewerAt('eu-2'), hanna, cameMs);
});

test('nothing flows to a node where nobody watches', async () => {
  await takeViewer('us-2');
  await until(async () => (await pulls()).every(({ to }) => to !== 'us-2'));
  await until(async () => (await cluster.node('us-2').openPipePorts()).length === 0);
  for (const viewer of viewers.values()) await waitForMoving(viewer, hanna);
});

test('a node that is drained hands its people on, and their pictures go on', async () => {
  const viewer = viewerAt('eu-2');
  const drainedMs = Date.now();
  await cluster.operate('POST', '/v1/nodes/eu-2/drain', 'us-1');
  await until(async () => (await cluster.node('eu-2').metrics()).sum('tributary_participants') === 0);
  await waitForMoving(viewer, hanna);
  await tellStall('a drained node', viewer, hanna, drainedMs);
  await cluster.operate('POST', '/v1/nodes/eu-2/undrain', 'us-1');
});

test('pipes close when the last of a region is gone', async () => {
  await pages.shut(cohost);
  await takeViewer('eu-2');
  await until(async () => (await pulls()).length === 0);
  for (const { nodeId } of cluster.nodes)
    await until(async () => (await cluster.node(nodeId).openPipePorts()).length === 0);
});
