import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import {
  epochOf,
  launchBrowser,
  openPage,
  waitForEpochAfter,
  waitForFrames,
  waitForState,
} from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { connectSignal, devToken } from '../support/signalClient.ts';
import { cameraParameters } from '../support/rtpParameters.ts';
import { giveVoice, speak } from '../support/voice.ts';

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
    const before = await epochOf(viewer, 'Hanna', 'camera');
    await host.evaluate(async (chosen) => {
      const room = window.tributary?.room;
      await room?.unpublish('camera');
      await room?.publishCamera({ codec: chosen });
    }, codec);
    await waitForEpochAfter(viewer, 'Hanna', 'camera', before);
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

describe('who speaks', () => {
  /** Waits until the viewer's page says that this person speaks, or nobody. */
  const waitForSpeaker = (name: string | null): Promise<unknown> =>
    viewer.waitForFunction(
      (wanted) => {
        const room = window.tributary?.room;
        if (!room) return false;
        const member = room.view.stage.find(({ id }) => id === room.speaker);
        return wanted === null ? room.speaker === null : member?.name === wanted;
      },
      { polling: 50 },
      name,
    );
  let guest: Page;

  beforeAll(async () => {
    guest = await openPage(browser, `${server.origin}/watch?room=media&name=Gus&autostart=1`);
    await waitForState(guest, 'live');
    await guest.evaluate(() => window.tributary?.room?.requestStage());
    await host.waitForFunction(() => window.tributary?.room?.backstage?.requests.length === 1);
    await host.evaluate(async () => {
      const room = window.tributary?.room;
      const [request] = room?.backstage?.requests ?? [];
      if (request) await room?.acceptRequest(request.id);
    });
    await guest.waitForFunction(() => window.tributary?.room?.self.onStage === true);
    await giveVoice(host);
    await giveVoice(guest);
  });

  test('is told to everybody, and that nobody does when it is quiet', async () => {
    await waitForSpeaker(null);
    await speak(host, true);
    await waitForSpeaker('Hanna');
    await speak(host, false);
    await waitForSpeaker(null);
  });

  test('is the one of two open microphones that has a voice in it', async () => {
    await speak(guest, true);
    await waitForSpeaker('Gus');
    await speak(host, true);
    await speak(guest, false);
    await waitForSpeaker('Hanna');
  });

  test('is nobody when the one who speaks is muted, though he goes on talking', async () => {
    await waitForSpeaker('Hanna');
    await host.evaluate(() => window.tributary?.room?.setMicrophone(false));
    await waitForSpeaker(null);
    await host.evaluate(() => window.tributary?.room?.setMicrophone(true));
    await waitForSpeaker('Hanna');
  });

  afterAll(async () => {
    await guest.evaluate(() => window.tributary?.room?.leaveStage());
    await guest.browserContext().close();
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
