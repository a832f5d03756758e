import { afterEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import {
  launchBrowser,
  openPage,
  waitForEpochAfter,
  waitForFrames,
  waitForState,
} from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { workerPids } from '../support/workerProcesses.ts';
import { addressOf, originOf } from '../wan/address.ts';
import { startTcpRoad } from '../wan/tcpLine.ts';
import type { TcpRoad } from '../wan/tcpLine.ts';

let server: ServerProcess;
let browser: Browser;
let relay: TcpRoad | undefined;

afterEach(async () => {
  await browser.close();
  await relay?.close();
  relay = undefined;
  expect(await server.stop()).toBe(0);
});

const hostCamera = 'video[data-source="camera"]';

async function show(origin: string): Promise<{ host: Page; viewer: Page }> {
  const host = await openPage(browser, `${origin}/host?room=R&name=Hanna&autostart=1`);
  await waitForState(host, 'live');
  const viewer = await openPage(browser, `${origin}/watch?room=R&name=Vera&autostart=1`);
  await waitForFrames(viewer, hostCamera);
  return { host, viewer };
}

describe('recovery', () => {
  test('a killed media worker is replaced and the show goes on by itself', async () => {
    server = await startServerProcess(['--workers=1']);
    browser = await launchBrowser();
    const { viewer } = await show(server.origin);
    const [pid = 0] = workerPids(server.pid);
    process.kill(pid, 'SIGKILL');
    // The camera comes anew: same feed, next epoch.
    await waitForEpochAfter(viewer, 'Hanna', 'camera', 1);
    await waitForFrames(viewer, hostCamera, 10);
    expect(workerPids(server.pid)).not.toContain(pid);
    await waitForState(viewer, 'live');
  });

  test('a cut socket heals by itself, and the picture never stopped', async () => {
    server = await startServerProcess();
    relay = await startTcpRoad({ target: addressOf(server.origin) });
    browser = await launchBrowser();
    const { host, viewer } = await show(originOf(relay.address));
    relay.refuse();
    await waitForState(viewer, 'reconnecting');
    await waitForState(host, 'reconnecting');
    await waitForFrames(viewer, hostCamera, 10);
    relay.accept();
    await waitForState(viewer, 'live');
    await waitForState(host, 'live');
    await waitForFrames(viewer, hostCamera, 10);
    const stage = await viewer.evaluate(() =>
      window.tributary?.room?.view.stage.map(({ presence }) => presence),
    );
    expect(stage).toEqual(['connected']);
  });
});

test('a muted host is still muted when the server was killed and has forgotten the room', async () => {
  server = await startServerProcess();
  browser = await launchBrowser();
  const { host } = await show(server.origin);
  await host.evaluate(() => window.tributary?.room?.setMicrophone(false));
  process.kill(server.pid, 'SIGKILL');
  await waitForState(host, 'reconnecting');
  server = await startServerProcess([`--port=${new URL(server.origin).port}`]);
  await waitForState(host, 'live');
  const sound = await host.evaluate(() => {
    const room = window.tributary?.room;
    return {
      microphone: room?.view.stage[0]?.intent.microphone,
      camera: room?.view.stage[0]?.intent.camera,
      heard: room?.localFeeds.some(({ source, track }) => source === 'microphone' && track?.enabled),
    };
  });
  expect(sound).toEqual({ microphone: false, camera: true, heard: false });
});
