import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import { launchBrowser, openPage, waitForFrames, waitForState } from '../support/browser.ts';
import { freePorts } from '../support/ports.ts';
import { isRtp } from '../support/rtpPackets.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { startUdpRoad } from '../wan/udpLine.ts';
import type { UdpRoad } from '../wan/udpLine.ts';
import { clearWay } from '../wan/wanProfile.ts';

let server: ServerProcess;
let browser: Browser;
let host: Page;
let relay: UdpRoad;

const bars = (who: string) => `.tile:has([data-participant-id="${who}"]) [data-testid="connection-bars"]`;
const waitFor = (page: Page, selector: string) => page.waitForSelector(selector, { timeout: 60_000 });

/** Makes a page send its media to another port than the server names. */
const sendThrough = (page: Page, port: number) =>
  page.evaluateOnNewDocument((relayPort) => {
    // Its type also has the old form with callbacks, which nobody uses here.
    const prototype = RTCPeerConnection.prototype as {
      setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
    };
    const original = prototype.setRemoteDescription;
    prototype.setRemoteDescription = function (description) {
      const sdp = description.sdp
        ?.replace(/^a=candidate:.* tcp .*\r\n/gim, '')
        .replace(/^(a=candidate:\S+ 1 udp \d+ \S+) \d+/gim, `$1 ${relayPort}`);
      const changed = { type: description.type, ...(sdp !== undefined && { sdp }) };
      return Reflect.apply(original, this, [changed]);
    };
  }, port);

beforeAll(async () => {
  const [rtcPort = 0] = await freePorts(1);
  server = await startServerProcess([`--rtc-port=${rtcPort}`, '--workers=1']);
  relay = await startUdpRoad({ target: { address: '127.0.0.1', port: rtcPort }, losable: isRtp });
  browser = await launchBrowser();
  host = await openPage(browser, 'about:blank');
  await sendThrough(host, relay.address.port);
  await host.goto(`${server.origin}/host?room=quality&name=Hanna&autostart=1`);
  await waitForState(host, 'live');
});
afterAll(async () => {
  await browser.close();
  await relay.close();
  expect(await server.stop()).toBe(0);
});

test('everybody sees whose uplink loses packets, who comes later too, and when it is over', async () => {
  const hanna = await host.evaluate(() => window.tributary!.room!.self.id);
  const address = `${server.origin}/watch?room=quality&autostart=1`;
  const viewer = await openPage(browser, `${address}&name=Vera`);
  await waitForFrames(viewer, 'video[data-source="camera"]');
  expect(await viewer.$(bars(hanna))).toBeNull();

  relay.road.there.set({ ...clearWay, loss: { kind: 'random', ratio: 0.4 } });
  const seen = await waitFor(viewer, bars(hanna));
  expect(await seen?.evaluate((element) => element.getAttribute('aria-label'))).toMatch(
    /^Hanna has a (weak|bad) connection$/,
  );
  expect(await viewer.evaluate((id) => window.tributary!.room!.qualityOf(id), hanna)).not.toBe('good');

  const late = await openPage(browser, `${address}&name=Liz`);
  await waitForState(late, 'live');
  expect(await late.evaluate((id) => window.tributary!.room!.qualityOf(id), hanna)).not.toBe('good');
  await waitFor(late, bars(hanna));

  relay.road.there.set(clearWay);
  await viewer.waitForFunction(
    (selector) => document.querySelector(selector) === null,
    { timeout: 90_000 },
    bars(hanna),
  );
});

test('a speaker that is chosen plays what is attached, and what is attached later', async () => {
  const guest = await openPage(browser, `${server.origin}/host?room=quality&name=Gus&as=cohost&autostart=1`);
  await waitForState(guest, 'live');
  await waitFor(host, 'audio');
  await host.click('[data-testid="tab-show"]');
  await waitFor(host, '[data-testid="choose-speaker"] option:nth-child(2)');
  const chosen = await host.$eval(
    '[data-testid="choose-speaker"] option:last-child',
    (option) => option.value,
  );
  await host.select('[data-testid="choose-speaker"]', chosen);
  const soundsBy = (count: number) =>
    host.waitForFunction(
      (deviceId, wanted) => {
        const all = [...document.querySelectorAll('audio')];
        return all.length === wanted && all.every(({ sinkId }) => sinkId === deviceId);
      },
      {},
      chosen,
      count,
    );
  await soundsBy(1);
  await openPage(browser, `${server.origin}/host?room=quality&name=Iris&as=cohost&autostart=1`);
  await soundsBy(2);
  const refused = await host.evaluate(() =>
    window
      .tributary!.room!.setSpeaker('no such device')
      .catch((error: unknown) => (error as { code: string }).code),
  );
  expect(refused).toBe('no-device');
  await soundsBy(2);
});
