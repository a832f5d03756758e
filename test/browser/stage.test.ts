import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import { launchBrowser, openPage, waitForFrames, waitForState } from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';

let server: ServerProcess;
let browser: Browser;
let host: Page;
let guest: Page;
let viewer: Page;

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

beforeAll(async () => {
  server = await startServerProcess();
  browser = await launchBrowser();
  host = await openPage(browser, `${server.origin}/host?room=stage&name=Hanna&autostart=1`);
  await waitForState(host, 'live');
  guest = await openPage(browser, `${server.origin}/watch?room=stage&name=Gus&autostart=1`);
  viewer = await openPage(browser, `${server.origin}/watch?room=stage&name=Vera&autostart=1`);
  await waitForState(guest, 'live');
  await waitForFrames(viewer, 'video[data-source="camera"]');
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
    const tile = `video[data-participant-id="${await idOf(guest)}"][data-source="camera"]`;
    await waitForFrames(host, tile);
    await waitForFrames(viewer, tile);
  });

  test('mute is seen by everybody', async () => {
    await click(guest, 'toggle-microphone');
    await waitForMember(viewer, 'Gus', { microphone: false });
    await waitForMember(host, 'Gus', { microphone: false });
  });

  test('a camera that is off shows the person without a picture, and comes back on', async () => {
    await click(guest, 'toggle-camera');
    await waitForMember(viewer, 'Gus', { camera: false });
    await click(guest, 'toggle-camera');
    await waitForFrames(viewer, `video[data-participant-id="${await idOf(guest)}"][data-source="camera"]`);
  });

  test('a reload returns to the seat, still muted', async () => {
    await guest.reload({ waitUntil: 'domcontentloaded' });
    await waitForState(guest, 'live');
    await waitForMember(guest, 'Gus', { presence: 'connected', microphone: false });
    await waitForMember(viewer, 'Gus', { presence: 'connected', microphone: false });
    const sends = await guest.evaluate(
      () =>
        window.tributary?.room?.localFeeds.find(({ source }) => source === 'microphone')?.track?.enabled ??
        false,
    );
    expect(sends).toBe(false);
    await waitForFrames(viewer, `video[data-participant-id="${await idOf(guest)}"][data-source="camera"]`);
  });

  test('a shared screen is seen, and its end too', async () => {
    await click(host, 'toggle-screen');
    await waitForFrames(viewer, 'video[data-source="screen"]', 2);
    await click(host, 'toggle-screen');
    await viewer.waitForFunction(() => document.querySelector('video[data-source="screen"]') === null);
  });

  test('who leaves the stage is a viewer again', async () => {
    await click(guest, 'leave-stage');
    await click(guest, 'confirm-leave-stage');
    await waitForMember(viewer, 'Gus', { onStage: false });
    await guest.waitForFunction(() => window.tributary?.room?.self.onStage === false);
    await waitForFrames(guest, 'video[data-source="camera"]');
  });
});
