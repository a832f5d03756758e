import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import { launchBrowser, openPage, waitForFrames, waitForState } from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { connectSignal, devToken } from '../support/signalClient.ts';
import { cameraParameters } from '../support/rtpParameters.ts';

let server: ServerProcess;
let browser: Browser;
let host: Page;
let viewer: Page;
const hostCamera = 'video[data-source="camera"]';

beforeAll(async () => {
  server = await startServerProcess(['--layers-off-after-ms=1000']);
  browser = await launchBrowser();
  host = await openPage(browser, `${server.origin}/host?room=media&name=Hanna&autostart=1`);
  await waitForState(host, 'live');
  viewer = await openPage(browser, `${server.origin}/watch?room=media&name=Vera&autostart=1`);
  await waitForFrames(viewer, hostCamera);
});
afterAll(async () => {
  await browser.close();
  expect(await server.stop()).toBe(0);
});

/** Waits until the host sends exactly this many simulcast layers. */
const waitForLayers = (count: number): Promise<unknown> =>
  host.waitForFunction(
    async (wanted) => {
      const stats = await window.tributary?.room?.stats();
      const camera = stats?.feeds.find(
        ({ source, direction }) => source === 'camera' && direction === 'send',
      );
      return camera?.layers?.filter(({ active }) => active).length === wanted;
    },
    { polling: 200 },
    count,
  );

describe('layers', () => {
  test('those nobody watches stop at the publisher, and come back when somebody does', async () => {
    await waitForLayers(3);
    await viewer.setViewport({ width: 320, height: 240 });
    await viewer.evaluate(() => window.tributary?.room?.setQuality('all', 'low'));
    await waitForLayers(1);
    await viewer.setViewport({ width: 1280, height: 800 });
    await viewer.evaluate(() => window.tributary?.room?.setQuality('all', 'auto'));
    await waitForLayers(3);
    await viewer.waitForFunction(
      (query) => (document.querySelector<HTMLVideoElement>(query)?.videoHeight ?? 0) >= 700,
      { polling: 200 },
      hostCamera,
    );
  });
});

describe('the size of a picture', () => {
  test('is told to the server as the camera gives it', async () => {
    const cdp = await host.createCDPSession();
    const sent: string[] = [];
    cdp.on('Network.webSocketFrameSent', ({ response }) => sent.push(response.payloadData));
    await cdp.send('Network.enable');
    await host.evaluate(async () => {
      const room = window.tributary?.room;
      await room?.unpublish('camera');
      await room?.publishCamera({ width: 640, height: 480 });
    });
    const produced = sent.find((frame) => frame.includes('"media.produce"'));
    expect(produced).toContain('"picture":{"width":640,"height":480}');
    await cdp.detach();
  });
});

describe('codecs', () => {
  test.each(['vp9', 'h264', 'av1', 'vp8'] as const)('a camera in %s is seen', async (codec) => {
    await host.evaluate(async (chosen) => {
      const room = window.tributary?.room;
      await room?.unpublish('camera');
      await room?.publishCamera({ codec: chosen });
    }, codec);
    await viewer.waitForFunction(
      async (chosen) => {
        const stats = await window.tributary?.room?.stats();
        const camera = stats?.feeds.find(({ source }) => source === 'camera');
        return camera?.codec.toLowerCase().includes(chosen) === true && (camera.frames ?? 0) > 5;
      },
      { polling: 200 },
      codec,
    );
    await waitForFrames(viewer, hostCamera);
  });
});

describe('sound', () => {
  test('who speaks is told to everybody', async () => {
    await viewer.waitForFunction(
      () => window.tributary?.room?.speaker === window.tributary?.room?.view.stage[0]?.id,
      { polling: 100 },
    );
  });
});

describe('access', () => {
  test('a viewer cannot publish: not by the SDK, and not by forging its messages', async () => {
    const refused = await viewer.evaluate(async () => {
      const canvas = document.createElement('canvas');
      const [track] = canvas.captureStream(5).getVideoTracks();
      if (track === undefined) return 'no track';
      return window.tributary?.room?.publishCamera({ track }).then(
        () => 'published',
        (error: unknown) => (error as { code?: string }).code,
      );
    });
    expect(refused).toBe('not-on-stage');

    const forger = await connectSignal(server.origin);
    await forger.join(await devToken(server.origin, 'media', 'forger', 'viewer'));
    const forged = await forger.ask('media.produce', {
      source: 'camera',
      rtpParameters: cameraParameters(5),
    });
    expect(forged).toMatchObject({ ok: false, error: { code: 'not-on-stage' } });
    forger.close();
    const stage = await viewer.evaluate(() => window.tributary?.room?.view.stage.map(({ name }) => name));
    expect(stage).toEqual(['Hanna']);
  });
});
