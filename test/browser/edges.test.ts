import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import {
  framesShown,
  launchBrowser,
  openPage,
  waitForEpochAfter,
  waitForFrames,
  waitForState,
} from '../support/browser.ts';
import { RedisServer } from '../support/redisServer.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { until } from '../support/until.ts';

let browser: Browser;
const servers: ServerProcess[] = [];

beforeEach(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  await browser.close();
  await Promise.all(servers.splice(0).map((server) => server.stop('SIGINT')));
});

const hostCamera = 'video[data-source="camera"]';

async function start(...flags: string[]): Promise<ServerProcess> {
  const server = await startServerProcess(['--workers=1', ...flags]);
  servers.push(server);
  return server;
}

const edgeOf = (page: Page) => page.evaluate(async () => (await window.tributary!.room!.stats()).edge);

/** Notes the longest time between two pictures of an element, from now on. */
const watchGaps = (page: Page) =>
  page.$eval(hostCamera, (element) => {
    const video = element as HTMLVideoElement & { longestGapMs?: number };
    let before = performance.now();
    video.longestGapMs = 0;
    const shown = () => {
      const now = performance.now();
      video.longestGapMs = Math.max(video.longestGapMs ?? 0, now - before);
      before = now;
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  });
const longestGapMs = (page: Page) =>
  page.$eval(hostCamera, (element) =>
    Math.round((element as HTMLVideoElement & { longestGapMs?: number }).longestGapMs ?? NaN),
  );

async function nodeIdOf(page: Page): Promise<string> {
  return (await edgeOf(page)).nodeId;
}

describe('a network in one process', () => {
  let server: ServerProcess;

  beforeEach(async () => {
    server = await start('--dev-regions=us,us,eu', '--drain-ms=20000');
  });

  test('lets a tab choose its region: by its address, and by keyboard in the lobby', async () => {
    const lobby = await openPage(browser, `${server.origin}/host?room=R&name=Hanna`);
    const choice = await lobby.waitForSelector('[data-testid="choose-region"]');
    const options = await choice!.evaluate((select) =>
      [...(select as HTMLSelectElement).options].map(({ text }) => text),
    );
    expect(options).toHaveLength(3);
    expect(options[0]).toMatch(/^Region: automatic \(\d+ ms\)$/);
    await choice!.focus();
    await lobby.keyboard.type('Region: eu');
    await lobby.waitForFunction(() => new URLSearchParams(location.search).get('region') === 'eu');
    await lobby.click('[data-testid="lobby-go-live"]');
    await waitForState(lobby, 'live');
    expect(await edgeOf(lobby)).toMatchObject({ region: 'eu', nodeId: 'eu-1' });

    const viewer = await openPage(browser, `${server.origin}/watch?room=R&name=Vera&autostart=1&region=us`);
    await waitForFrames(viewer, hostCamera);
    expect((await edgeOf(viewer)).region).toBe('us');
    const near = await openPage(browser, `${server.origin}/watch?room=R&name=Nora&autostart=1`);
    await waitForState(near, 'live');
    expect(['near', 'probed']).toContain((await edgeOf(near)).how);
  });

  test('has no choice of regions where there is one', async () => {
    const alone = await start('--dev-regions=us');
    const lobby = await openPage(browser, `${alone.origin}/host?room=R&name=Hanna`);
    await lobby.waitForSelector('[data-testid="choose-camera"]');
    await lobby.waitForNetworkIdle();
    expect(await lobby.$('[data-testid="choose-region"]')).toBeNull();
  });

  test('moves people from a node that drains while their pictures go on', async () => {
    const host = await openPage(browser, `${server.origin}/host?room=R&name=Hanna&autostart=1&region=us`);
    await waitForState(host, 'live');
    const viewer = await openPage(browser, `${server.origin}/watch?room=R&name=Vera&autostart=1&region=eu`);
    await waitForFrames(viewer, hostCamera);
    const [hostAt, viewerAt] = [await nodeIdOf(host), await nodeIdOf(viewer)];
    await host.evaluate(() => window.tributary!.room!.setMicrophone(false));
    await watchGaps(viewer);

    const drain = (node: string, word = 'drain') =>
      fetch(`${server.adminOrigin}/v1/nodes/${node}/${word}`, { method: 'POST' });
    expect((await drain(viewerAt)).status).toBe(202);
    await until(async () => (await nodeIdOf(viewer)) !== viewerAt);
    await waitForFrames(viewer, hostCamera, 30);
    const viewerGapMs = await longestGapMs(viewer);
    expect(await edgeOf(viewer)).toMatchObject({ how: 'moved', region: 'us' });
    await drain(viewerAt, 'undrain');

    await watchGaps(viewer);
    expect((await drain(hostAt)).status).toBe(202);
    await until(async () => (await nodeIdOf(host)) !== hostAt);
    await waitForEpochAfter(viewer, 'Hanna', 'camera', 1);
    const before = await framesShown(viewer, hostCamera);
    await waitForFrames(viewer, hostCamera, 60);
    const hostGapMs = await longestGapMs(viewer);
    console.log(
      `longest time without a new picture: ${viewerGapMs} ms when the viewer moved, ${hostGapMs} ms when the host did (${before} frames before)`,
    );
    expect(await host.evaluate(() => window.tributary!.room!.view.stage[0]?.intent.microphone)).toBe(false);
    expect(await host.evaluate(() => document.documentElement.dataset.liveState)).toBe('live');
  });
});

describe('nodes of their own processes', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.close());

  const node = (region: string, name: string) =>
    start(
      `--redis=${redis.url}`,
      `--node-id=${name}`,
      `--region=${region}`,
      '--token-secret=a secret of thirty-two bytes or more',
      '--cluster-secrets=a-cluster-secret-of-thirty-two-bytes-or-more',
    );

  test('are lost, and the pictures go on at another one', async () => {
    const tookMs: number[] = [];
    const origin = await node('us', 'origin');
    const host = await openPage(browser, `${origin.origin}/host?room=R&name=Hanna&autostart=1`);
    await waitForState(host, 'live');
    for (let n = 0; n < 4; n += 1) {
      const edge = await node('eu', `edge-${n}`);
      await until(async () => (await (await fetch(`${edge.origin}/v1/edges`)).text()).includes('"origin"'));
      const viewer = await openPage(browser, `${edge.origin}/watch?room=R&name=Vera&autostart=1&region=eu`);
      await waitForFrames(viewer, hostCamera, 30);
      expect(await nodeIdOf(viewer)).toBe(`edge-${n}`);
      await watchGaps(viewer);
      await edge.stop('SIGKILL');
      servers.splice(servers.indexOf(edge), 1);
      await until(async () => (await nodeIdOf(viewer)) === 'origin');
      await waitForFrames(viewer, hostCamera, 10);
      expect((await edgeOf(viewer)).how).toBe('failed-over');
      tookMs.push(await longestGapMs(viewer));
      await viewer.close();
    }
    console.log(`a viewer's node was killed; the next picture after ${tookMs.join(', ')} ms`);
  });

  test.skip('are lost with a muted host, who is back on his seat and still muted', async () => {
    const first = await node('us', 'first');
    const second = await node('us', 'second');
    const host = await openPage(browser, `${first.origin}/host?room=S&name=Hanna&autostart=1`);
    await waitForState(host, 'live');
    const viewer = await openPage(browser, `${second.origin}/watch?room=S&name=Vera&autostart=1`);
    await waitForFrames(viewer, hostCamera, 10);
    await host.evaluate(() => window.tributary!.room!.setMicrophone(false));
    await until(async () => (await edgeOf(viewer)).nodeId === 'second');
    await watchGaps(viewer);
    await first.stop('SIGKILL');
    servers.splice(servers.indexOf(first), 1);
    await waitForEpochAfter(viewer, 'Hanna', 'camera', 1);
    await waitForFrames(viewer, hostCamera, 10);
    console.log(
      `the host's node, the home of the room, was killed; the next picture after ${await longestGapMs(viewer)} ms`,
    );
    const microphone = await host.evaluate(() => window.tributary!.room!.view.stage[0]?.intent.microphone);
    expect(microphone).toBe(false);
  });
});
