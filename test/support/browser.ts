import puppeteer from 'puppeteer';
import type { Browser, Page } from 'puppeteer';
import { findChromium } from '../../tools/setup/findChromium.mjs';

/** Chromium with a fake camera (green, with a moving timer) and a fake microphone (a beep each second). */
export async function launchBrowser(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: findChromium() ?? '',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      '--auto-select-desktop-capture-source=Entire screen',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}

export type LiveState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'error';

/** Opens a page of the demo as its own person (own storage) and waits until it is live. */
export async function openPage(
  browser: Browser,
  address: string,
  viewport = { width: 1280, height: 800 },
): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport(viewport);
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  return page;
}

export async function waitForState(page: Page, state: LiveState, timeoutMs = 20_000): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset.liveState === wanted,
    { timeout: timeoutMs, polling: 50 },
    state,
  );
}

/** Waits until somebody's picture moves: its element has shown `frames` more frames than when we began to look. */
export async function waitForFrames(
  page: Page,
  selector: string,
  frames = 5,
  timeoutMs = 20_000,
): Promise<void> {
  await page.waitForFunction(
    (query, more) => {
      const video = document.querySelector<HTMLVideoElement & { firstSeenFrames?: number }>(query);
      if (video === null || video.readyState < 2) return false;
      const shown = video.getVideoPlaybackQuality().totalVideoFrames;
      video.firstSeenFrames ??= shown;
      return shown >= video.firstSeenFrames + more;
    },
    { timeout: timeoutMs, polling: 50 },
    selector,
    frames,
  );
}

/** The mean colour of the picture an element shows now, 0 to 255 each. */
export async function meanColour(
  page: Page,
  selector: string,
): Promise<{ red: number; green: number; blue: number }> {
  return page.$eval(selector, (element) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 32;
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('no canvas');
    context.drawImage(element as HTMLVideoElement, 0, 0, 32, 32);
    const { data } = context.getImageData(0, 0, 32, 32);
    const sum = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4)
      for (const c of [0, 1, 2]) sum[c] = (sum[c] ?? 0) + (data[at + c] ?? 0);
    const [red = 0, green = 0, blue = 0] = sum.map((total) => total / (data.length / 4));
    return { red, green, blue };
  });
}

/** The sound energy all audio receivers of a page heard within two seconds; 0 is silence. */
export async function soundLevel(page: Page): Promise<number> {
  const energy = (): Promise<number> =>
    page.evaluate(async () => {
      const stats = await window.tributary?.room?.stats();
      return (stats?.feeds ?? [])
        .filter(({ kind, direction }) => kind === 'audio' && direction === 'recv')
        .reduce((sum, feed) => sum + (feed.audioEnergy ?? 0), 0);
    });
  const before = await energy();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return (await energy()) - before;
}
