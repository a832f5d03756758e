import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import { launchBrowser, openPage, waitForFrames, waitForState } from '../../test/support/browser.ts';
import { startServerProcess } from '../../test/support/serverProcess.ts';
import { workerPids } from '../../test/support/workerProcesses.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

export interface RecoveryPlan {
  viewers: number;
  kills: number;
  /** Time between one kill and the next. */
  everyMs: number;
}

export interface RecoveryResult {
  /** How long the picture stood still for each viewer at each kill. */
  stillMs: Summary;
  samplesMs: number[];
  /** Pictures that had not come back when the next kill was due. */
  lost: number;
}

declare global {
  interface Window {
    /** The longest time between two frames since it was last asked, and whether the picture moves now. */
    stillness?: () => { longestMs: number; moves: boolean };
  }
}

const picture = 'video[data-source="camera"]';
const warmUpMs = 2000;
/** At 20 to 30 frames a second, a picture without a new one for this long does not move. */
const movesWithinMs = 500;

/** Kills the one worker of a running show again and again, and sees how long viewers of the demo look at a still picture. */
export async function measureRecovery({ viewers, kills, everyMs }: RecoveryPlan): Promise<RecoveryResult> {
  const server = await startServerProcess(['--workers=1']);
  const browser = await launchBrowser();
  try {
    const host = await openPage(browser, `${server.origin}/host?room=R&name=Host&autostart=1`);
    await waitForState(host, 'live');
    const pages: Page[] = [];
    while (pages.length < viewers) {
      const page = await openPage(browser, `${server.origin}/watch?room=R&name=V${pages.length}&autostart=1`);
      await waitForFrames(page, picture);
      await page.evaluate(watchStillness, picture, movesWithinMs);
      pages.push(page);
    }
    await sleep(warmUpMs);
    const samplesMs: number[] = [];
    let lost = 0;
    for (let kill = 0; kill < kills; kill++) {
      await Promise.all(pages.map(readStillness));
      const [pid] = workerPids(server.pid);
      if (pid === undefined) throw new Error('the server has no media worker');
      process.kill(pid, 'SIGKILL');
      await sleep(everyMs);
      for (const { longestMs, moves } of await Promise.all(pages.map(readStillness))) {
        if (moves) samplesMs.push(longestMs);
        else lost++;
      }
    }
    return { stillMs: summarize(samplesMs), samplesMs, lost };
  } finally {
    await browser.close();
    await server.stop();
  }
}

function readStillness(page: Page): Promise<{ longestMs: number; moves: boolean }> {
  return page.evaluate(() => window.stillness?.() ?? { longestMs: NaN, moves: false });
}

/** Runs in the page. */
function watchStillness(query: string, movingMs: number): void {
  const video = document.querySelector<HTMLVideoElement>(query);
  let lastMs = performance.now();
  let longestMs = 0;
  const frame = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    video?.requestVideoFrameCallback(frame);
  };
  video?.requestVideoFrameCallback(frame);
  window.stillness = () => {
    const seen = { longestMs, moves: performance.now() - lastMs < movingMs };
    longestMs = 0;
    return seen;
  };
}
