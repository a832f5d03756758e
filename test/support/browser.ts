import puppeteer from 'puppeteer';
import type { Browser, Page } from 'puppeteer';
import type { Source } from '../../protocol/sources.ts';
import { findChromium } from '../../tools/setup/findChromium.mjs';

/** Chromium with a fake camera (green, with a moving timer) and a fake microphone (short beeps). */
export async function launchBrowser(moreFlags: readonly string[] = []): Promise<Browser> {
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
      ...moreFlags,
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

let looks = 0;

/** Waits until somebody's picture moves: its element shows `frames` more frames than when this call began to look. */
export async function waitForFrames(
  page: Page,
  selector: string,
  frames = 5,
  timeoutMs = 20_000,
): Promise<void> {
  await page.waitForFunction(
    (query, more, look) => {
      const video = document.querySelector<HTMLVideoElement & { seen?: { look: number; frames: number } }>(
        query,
      );
      if (video === null || video.readyState < 2) return false;
      const shown = video.getVideoPlaybackQuality().totalVideoFrames;
      // An element that is given another track counts from nothing again.
      if (video.seen?.look !== look || shown < video.seen.frames) video.seen = { look, frames: shown };
      return shown >= video.seen.frames + more;
    },
    { timeout: timeoutMs, polling: 50 },
    selector,
    frames,
    looks++,
  );
}

/** How many frames an element has shown so far. */
export function framesShown(page: Page, selector: string): Promise<number> {
  return page.$eval(
    selector,
    (element) => (element as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames,
  );
}

/** Which coming of somebody's source a page sees: 0 for none, one more each time it comes anew. */
export function epochOf(page: Page, name: string, source: Source): Promise<number> {
  return page.evaluate(
    (who, which) =>
      window.tributary?.room?.view.stage
        .find((member) => member.name === who)
        ?.feeds.find((feed) => feed.source === which)?.epoch ?? 0,
    name,
    source,
  );
}

/** Waits until somebody's source came anew after `epoch`. */
export async function waitForEpochAfter(
  page: Page,
  name: string,
  source: Source,
  epoch: number,
): Promise<void> {
  await page.waitForFunction(
    (who, which, before) =>
      window.tributary?.room?.view.stage
        .find((member) => member.name === who)
        ?.feeds.some((feed) => feed.source === which && feed.epoch > before) === true,
    { polling: 50 },
    name,
    source,
    epoch,
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

/** Whose sound is meant; all there is when neither is named. */
export interface Heard {
  participantId?: string;
  source?: Source;
}

/** The energy of what a page has heard of this so far: it grows while there is sound. */
function soundEnergy(page: Page, { participantId, source }: Heard): Promise<number> {
  return page.evaluate(
    async (id, which) => {
      const stats = await window.tributary?.room?.stats();
      return (stats?.feeds ?? [])
        .filter(({ kind, direction }) => kind === 'audio' && direction === 'recv')
        .filter((feed) => which === undefined || feed.source === which)
        .filter((feed) => id === undefined || feed.feedId.startsWith(`${id}:`))
        .reduce((sum, feed) => sum + (feed.audioEnergy ?? 0), 0);
    },
    participantId,
    source,
  );
}

/** The sound energy a page heard within two seconds; 0 is silence, and a voice makes some thousandths. */
export async function soundLevel(page: Page, heard: Heard = {}): Promise<number> {
  const before = await soundEnergy(page, heard);
  await pause(2000);
  return (await soundEnergy(page, heard)) - before;
}

/** What a voice of `makeVoice` makes in a second or less, and beeps and comfort noise do not. */
const voiceEnergy = 0.003;
/** The most that a page may hear within two seconds where nobody is to be heard. */
export const silentLevel = 0.00003;

/** Waits until a page hears somebody talk. */
export async function waitForVoice(page: Page, heard: Heard = {}): Promise<void> {
  const before = await soundEnergy(page, heard);
  while ((await soundEnergy(page, heard)) < before + voiceEnergy) await pause(100);
}

/** Waits until a page hears nothing any more: what was on its way has been played. */
export async function waitForSilence(page: Page, heard: Heard = {}): Promise<void> {
  while ((await soundLevel(page, heard)) > silentLevel) continue;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
