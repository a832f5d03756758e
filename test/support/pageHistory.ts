import type { Page } from 'puppeteer';

declare global {
  interface Window {
    /** When frames of each picture were shown, by `participant:source`, in ms since 1970. */
    frameTimes?: Record<string, number[]>;
    /** Each `data-live-state` there was, and since when. */
    liveStates?: { state: string; sinceMs: number }[];
  }
}

/** How many times are kept of each picture. */
const kept = 6000;

/** Before the page opens: from then on it remembers when each frame of each picture was shown, and how it did. */
export async function rememberHistory(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const states: { state: string; sinceMs: number }[] = [];
    window.liveStates = states;
    new MutationObserver(() => {
      const { liveState = '' } = document.documentElement.dataset;
      if (states.at(-1)?.state !== liveState) states.push({ state: liveState, sinceMs: Date.now() });
    }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-live-state'] });
  });
  await page.evaluateOnNewDocument((limit) => {
    const times: Record<string, number[]> = {};
    window.frameTimes = times;
    const watched = new WeakSet<HTMLVideoElement>();
    const watch = (video: HTMLVideoElement): void => {
      const seen = (): void => {
        const { participantId = '', source = '' } = video.dataset;
        const list = (times[`${participantId}:${source}`] ??= []);
        list.push(Date.now());
        if (list.length > limit) list.splice(0, limit / 2);
        video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    };
    setInterval(() => {
      for (const video of document.querySelectorAll<HTMLVideoElement>('video[data-participant-id]')) {
        if (watched.has(video)) continue;
        watched.add(video);
        watch(video);
      }
    }, 50);
  }, kept);
}

/** The longest pause of a picture since something happened. */
export interface Stall {
  /** From the last frame before it to the first one after it; what a viewer sees as a frozen picture. */
  pauseMs: number;
  /** From what happened to the first frame after the pause. */
  movedAfterMs: number;
}

/** The states of a page since then, the one it had then not included; empty where it just stayed in the room. */
export function statesSince(page: Page, sinceMs: number): Promise<string[]> {
  return page.evaluate(
    (ms) => (window.liveStates ?? []).filter((one) => one.sinceMs > ms).map(({ state }) => state),
    sinceMs,
  );
}

/** The times at which a page showed frames of this feed, e.g. `hanna:camera`. */
export function frameTimes(page: Page, feedId: string): Promise<number[]> {
  return page.evaluate((id) => window.frameTimes?.[id] ?? [], feedId);
}

/** Waits until the picture has moved without a longer pause than `steadyMs` for a second, and at least so since `sinceMs`. */
export async function waitForMoving(
  page: Page,
  feedId: string,
  { timeoutMs = 20_000, steadyMs = 400 }: { timeoutMs?: number; steadyMs?: number } = {},
): Promise<void> {
  await page.waitForFunction(
    (id, begunMs, longestMs) => {
      const nowMs = Date.now();
      const fromMs = nowMs - 1000;
      if (fromMs < begunMs) return false;
      const recent = (window.frameTimes?.[id] ?? []).filter((at) => at >= fromMs);
      const edges = [fromMs, ...recent, nowMs];
      return edges.every((at, index) => index === 0 || at - edges[index - 1]! <= longestMs);
    },
    { timeout: timeoutMs, polling: 50 },
    feedId,
    Date.now(),
    steadyMs,
  );
}

/** Waits until the picture has not moved for `standsMs`. */
export async function waitForStanding(page: Page, feedId: string, standsMs = 1500): Promise<void> {
  await page.waitForFunction(
    (id, ms) => (window.frameTimes?.[id]?.at(-1) ?? 0) < Date.now() - ms,
    { polling: 50 },
    feedId,
    standsMs,
  );
}

/** The longest pause between two frames since `sinceMs`, the one that was going on then included. */
export function longestStall(times: readonly number[], sinceMs: number, untilMs = Date.now()): Stall {
  const before = times.findLast((at) => at <= sinceMs) ?? sinceMs;
  const after = times.filter((at) => at > sinceMs && at <= untilMs);
  let longest: Stall = { pauseMs: 0, movedAfterMs: 0 };
  let lastMs = before;
  for (const at of after) {
    if (at - lastMs > longest.pauseMs) longest = { pauseMs: at - lastMs, movedAfterMs: at - sinceMs };
    lastMs = at;
  }
  return longest;
}

/** Waits until the picture moves again, then tells how long it stood. */
export async function stallSince(page: Page, feedId: string, sinceMs: number): Promise<Stall> {
  await waitForMoving(page, feedId);
  return longestStall(await frameTimes(page, feedId), sinceMs);
}
