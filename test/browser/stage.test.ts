import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import {
  epochOf,
  framesShown,
  launchBrowser,
  meanColour,
  openPage,
  silentLevel,
  soundLevel,
  waitForEpochAfter,
  waitForFrames,
  waitForSilence,
  waitForState,
  waitForVoice,
} from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { giveVoice, makeVoice, speak, waitForSending } from '../support/voice.ts';

let server: ServerProcess;
let browser: Browser;
let host: Page;
let guest: Page;
let viewer: Page;
let hostCamera = '';
let guestCamera = '';

const click = async (page: Page, testId: string): Promise<void> => {
  await page.waitForSelector(`[data-testid="${testId}"]`, { visible: true });
  await page.click(`[data-testid="${testId}"]`);
};
interface Wanted {
  onStage?: boolean;
  presence?: string;
  microphone?: boolean;
  camera?: boolean;
}
/** Waits until a page's view of the room says this of the person named. */
const waitForMember = (page: Page, name: string, wanted: Wanted): Promise<unknown> =>
  page.waitForFunction(
    (who, { onStage = true, ...rest }) => {
      const member = window.tributary?.room?.view.stage.find((one) => one.name === who);
      if (member === undefined) return !onStage;
      const seen: Wanted = { presence: member.presence, ...member.intent };
      return onStage && Object.entries(rest).every(([key, value]) => seen[key as keyof Wanted] === value);
    },
    { polling: 50 },
    name,
    wanted,
  );
const idOf = (page: Page): Promise<string> => page.evaluate(() => window.tributary?.room?.self.id ?? '');

/** Makes a muted page send all the same, as one would that was tampered with. */
const forgeSound = async (page: Page): Promise<void> => {
  await page.evaluate(() => {
    const microphone = window.tributary?.room?.localFeeds.find(({ source }) => source === 'microphone');
    if (microphone?.track) microphone.track.enabled = true;
  });
  await waitForSending(page);
};

beforeAll(async () => {
  server = await startServerProcess();
  browser = await launchBrowser();
  host = await openPage(browser, `${server.origin}/host?room=stage&name=Hanna&autostart=1`);
  await waitForState(host, 'live');
  guest = await openPage(browser, `${server.origin}/watch?room=stage&name=Gus&autostart=1`);
  viewer = await openPage(browser, `${server.origin}/watch?room=stage&name=Vera&autostart=1`);
  await waitForState(guest, 'live');
  hostCamera = `video[data-participant-id="${await idOf(host)}"][data-source="camera"]`;
  await waitForFrames(viewer, hostCamera);
});
afterAll(async () => {
  await browser.close();
  expect(await server.stop()).toBe(0);
});

describe('the stage', () => {
  test('a viewer asks, is accepted, and everybody sees the new co-host', async () => {
    await click(guest, 'ask-to-join');
    await click(host, 'toast-accept');
    await click(guest, 'stage-go');
    guestCamera = `video[data-participant-id="${await idOf(guest)}"][data-source="camera"]`;
    await waitForFrames(host, guestCamera);
    await waitForFrames(viewer, guestCamera);
  });

  test('mute is seen and heard by everybody, and holds against a page that goes on sending', async () => {
    await giveVoice(guest);
    await speak(guest, true);
    const voice = { participantId: await idOf(guest) };
    await waitForVoice(viewer, voice);

    await click(guest, 'toggle-microphone');
    await waitForMember(viewer, 'Gus', { microphone: false });
    await waitForMember(host, 'Gus', { microphone: false });
    await waitForSilence(viewer, voice);

    await forgeSound(guest);
    expect(await soundLevel(viewer, voice)).toBeLessThan(silentLevel);
  });

  test('a camera that is off shows the person without a picture, and comes back on', async () => {
    const tile = `.tile:has(${guestCamera})`;
    await viewer.waitForSelector(`${tile}[data-picture="true"]`);
    await click(guest, 'toggle-camera');
    await waitForMember(viewer, 'Gus', { camera: false });
    await viewer.waitForSelector(`${tile}[data-picture="false"]`);
    // Measured by the host's picture, which goes on: first whatever was under way arrives, then nothing does.
    await waitForFrames(viewer, hostCamera, 15);
    const still = await framesShown(viewer, guestCamera);
    await waitForFrames(viewer, hostCamera, 15);
    expect(await framesShown(viewer, guestCamera)).toBe(still);

    await click(guest, 'toggle-camera');
    await waitForMember(viewer, 'Gus', { camera: true });
    await viewer.waitForSelector(`${tile}[data-picture="true"]`);
    await waitForFrames(viewer, guestCamera);
  });

  test('a reload returns to the seat, still muted', async () => {
    const before = await epochOf(viewer, 'Gus', 'camera');
    await guest.reload({ waitUntil: 'domcontentloaded' });
    await waitForState(guest, 'live');
    await waitForMember(guest, 'Gus', { presence: 'connected', microphone: false });
    await waitForMember(viewer, 'Gus', { presence: 'connected', microphone: false });
    await waitForEpochAfter(viewer, 'Gus', 'camera', before);
    await waitForFrames(viewer, guestCamera);
    const sends = await guest.evaluate(
      () =>
        window.tributary?.room?.localFeeds.find(({ source }) => source === 'microphone')?.track?.enabled ??
        false,
    );
    expect(sends).toBe(false);

    await giveVoice(guest);
    await speak(guest, true);
    await forgeSound(guest);
    expect(await soundLevel(viewer, { participantId: await idOf(guest) })).toBeLessThan(silentLevel);
    await click(guest, 'toggle-microphone');
    await waitForVoice(viewer, { participantId: await idOf(guest) });
  });

  test('a shared screen is seen, and its end too', async () => {
    await click(host, 'toggle-screen');
    await waitForFrames(viewer, 'video[data-source="screen"]', 2);
    await click(host, 'toggle-screen');
    await viewer.waitForFunction(() => document.querySelector('video[data-source="screen"]') === null);
  });

  test('a screen shared with its sound is seen in a tile of its own and heard, until it ends', async () => {
    await makeVoice(host);
    await speak(host, true);
    await host.evaluate(async () => {
      const canvas = document.createElement('canvas');
      canvas.width = 1280;
      canvas.height = 720;
      const context = canvas.getContext('2d');
      const paint = (): void => {
        if (context === null) return;
        context.fillStyle = '#c00000';
        context.fillRect(0, 0, canvas.width, canvas.height);
      };
      setInterval(paint, 50);
      const [track] = canvas.captureStream(15).getVideoTracks();
      if (track === undefined || window.voice === undefined) throw new Error('nothing to share');
      await window.tributary?.room?.publishScreen({ track, audioTrack: window.voice.track });
    });
    const picture = '[data-testid="tile-screen"][data-picture="true"] video[data-source="screen"]';
    await waitForFrames(viewer, picture);
    const { red, green, blue } = await meanColour(viewer, picture);
    expect(red).toBeGreaterThan(Math.max(green, blue) + 100);
    const sound = { participantId: await idOf(host), source: 'screen-audio' } as const;
    await waitForVoice(viewer, sound);

    await host.evaluate(() => window.tributary?.room?.unpublish('screen'));
    await viewer.waitForFunction(() => document.querySelector('video[data-source="screen"]') === null);
    await viewer.waitForFunction(
      () =>
        ![...(window.tributary?.room?.feeds.values() ?? [])].some(({ source }) => source === 'screen-audio'),
    );
  });

  test('who leaves the stage is a viewer again', async () => {
    await click(guest, 'leave-stage');
    await click(guest, 'confirm-leave-stage');
    await waitForMember(viewer, 'Gus', { onStage: false });
    await guest.waitForFunction(() => window.tributary?.room?.self.onStage === false);
    await waitForFrames(guest, hostCamera);
  });
});
