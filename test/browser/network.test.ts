import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import { launchBrowser, waitForFrames, waitForState } from '../support/browser.ts';
import { freePorts } from '../support/ports.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { addressOf, originOf } from '../wan/address.ts';
import { startTcpRoad } from '../wan/tcpLine.ts';
import type { TcpRoad } from '../wan/tcpLine.ts';
import { startUdpRoad } from '../wan/udpLine.ts';
import type { UdpRoad } from '../wan/udpLine.ts';

declare global {
  interface Window {
    /** Every peer connection this page has made, those of the SDK among them. */
    peerConnections: RTCPeerConnection[];
    /** Messages that `loseMessages` kept from leaving. */
    lostMessages: string[];
  }
}

let server: ServerProcess;
let signalling: TcpRoad;
let media: UdpRoad;
let browser: Browser;

/** Of its own, so that the port may be the server's: all of 127.0.0.0/8 is this machine. Nobody takes TCP there. */
const mediaAddress = '127.0.0.2';

beforeEach(async () => {
  const [rtcPort = 0] = await freePorts(1);
  media = await startUdpRoad({
    listen: { address: mediaAddress, port: rtcPort },
    target: { address: '127.0.0.1', port: rtcPort },
  });
  server = await startServerProcess([
    '--workers=1',
    '--viewer-grace-ms=60000',
    `--rtc-port=${rtcPort}`,
    `--announced-address=${mediaAddress}`,
  ]);
  signalling = await startTcpRoad({ target: addressOf(server.origin) });
  browser = await launchBrowser();
});
afterEach(async () => {
  await browser.close();
  await signalling.close();
  await media.close();
  expect(await server.stop()).toBe(0);
});

const cameraOfHost = 'video[data-source="camera"]';

/** Opens a page that remembers its peer connections. */
async function openWatchedPage(path: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(() => {
    const made: RTCPeerConnection[] = [];
    window.peerConnections = made;
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(settings?: RTCConfiguration) {
        super(settings);
        made.push(this);
      }
    };
  });
  await page.goto(`${originOf(signalling.address)}${path}`, { waitUntil: 'domcontentloaded' });
  return page;
}

/** Waits until one of the page's connections is in this state. */
const waitForConnection = async (page: Page, state: RTCPeerConnectionState): Promise<void> => {
  await page.waitForFunction(
    (wanted) => window.peerConnections.some(({ connectionState }) => connectionState === wanted),
    { polling: 50, timeout: 60_000 },
    state,
  );
};

const connectionsMade = (page: Page): Promise<number> => page.evaluate(() => window.peerConnections.length);

/** Frames that arrive from now on, whatever was counted before. */
async function waitForFreshFrames(page: Page): Promise<void> {
  await page.$$eval('video', (videos) => {
    for (const video of videos)
      delete (video as HTMLVideoElement & { firstSeenFrames?: number }).firstSeenFrames;
  });
  await waitForFrames(page, cameraOfHost, 10);
}

async function goLive(): Promise<{ host: Page; viewer: Page }> {
  const host = await openWatchedPage('/host?room=N&name=Hanna&autostart=1');
  await waitForState(host, 'live');
  const viewer = await openWatchedPage('/watch?room=N&name=Vera&autostart=1');
  await waitForFrames(viewer, cameraOfHost);
  return { host, viewer };
}

/** From now on nothing that the page says on its present socket arrives, as on one that is dying. */
async function loseMessages(page: Page): Promise<void> {
  await page.evaluate(() => {
    const lost: string[] = [];
    window.lostMessages = lost;
    const dying = new Set<WebSocket>();
    const { send } = WebSocket.prototype;
    let cut = false;
    WebSocket.prototype.send = function (this: WebSocket, data: string) {
      if (!cut) dying.add(this);
      if (dying.has(this)) lost.push(data);
      else send.call(this, data);
    };
    addEventListener('cut', () => (cut = true), { once: true });
  });
}
const waitForLost = async (page: Page, name: string): Promise<void> => {
  await page.waitForFunction((wanted) => window.lostMessages.some((one) => one.includes(wanted)), {}, name);
  await page.evaluate(() => dispatchEvent(new Event('cut')));
};

describe('a network that was gone', () => {
  test('leaves every transport in place: ICE is restarted, and the picture moves again', async () => {
    const { host, viewer } = await goLive();
    const made = { host: await connectionsMade(host), viewer: await connectionsMade(viewer) };

    signalling.refuse();
    media.road.cut();
    for (const page of [host, viewer]) {
      await waitForState(page, 'reconnecting');
      await waitForConnection(page, 'failed');
    }
    signalling.accept();
    media.road.restore();

    for (const page of [host, viewer]) await waitForState(page, 'live');
    await waitForFreshFrames(viewer);
    expect({ host: await connectionsMade(host), viewer: await connectionsMade(viewer) }).toEqual(made);
    const epochs = await viewer.evaluate(() =>
      window.tributary?.room?.view.stage[0]?.feeds.map(({ epoch }) => epoch),
    );
    expect(epochs).toEqual([1, 1]);
  });

  test('swallowed what was said last: it is told again', async () => {
    const { host, viewer } = await goLive();
    await loseMessages(host);
    await loseMessages(viewer);
    await host.evaluate(() => {
      window.tributary?.room?.unpublish('microphone').catch(() => undefined);
    });
    await viewer.evaluate(() => window.tributary?.room?.setQuality('all', 'low'));
    await waitForLost(host, 'media.closeFeed');
    await waitForLost(viewer, 'media.view');

    signalling.refuse();
    for (const page of [host, viewer]) await waitForState(page, 'reconnecting');
    signalling.accept();
    for (const page of [host, viewer]) await waitForState(page, 'live');

    await viewer.waitForFunction(
      () => window.tributary?.room?.view.stage[0]?.feeds.every(({ source }) => source === 'camera'),
      { polling: 50 },
    );
    await viewer.waitForFunction(
      (query) => (document.querySelector<HTMLVideoElement>(query)?.videoHeight ?? 999) < 300,
      { polling: 50 },
      cameraOfHost,
    );
  });
});
