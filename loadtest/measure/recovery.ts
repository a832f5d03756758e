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
  /** How long the picture stood still for each viewer because of each kill. */
  stillMs: Summary;
  samplesMs: number[];
  /** Pictures that had not come back when the next kill was due. */
  lost: number;
  /** The longest other time between two frames, for each viewer and kill: what the machine does to them. */
  otherMs: Summary;
  /** The same in as many periods of the same length without a kill. */
  withoutKillMs: Summary;
}

/** A time without a new frame, by the wall clock; `toMs` is now where it has not ended. */
interface Gap {
  fromMs: number;
  toMs: number;
  ended: boolean;
}

declare global {
  interface Window {
    /** Every time between two frames that could be seen, since it was last asked. */
    gaps?: () => Gap[];
  }
}

const picture = 'video[data-source="camera"]';
const warmUpMs = 2000;
/** Frames on their way when the worker is killed are still shown; the picture stops within this time. */
const stopsWithinMs = 500;
const noticedMs = 60;

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
      await page.evaluate(watchGaps, picture, noticedMs);
      pages.push(page);
    }
    await sleep(warmUpMs);
    const withoutKillMs: number[] = [];
    const samplesMs: number[] = [];
    const otherMs: number[] = [];
    let lost = 0;
    for (let period = 0; period < 2 * kills; period++) {
      await Promise.all(pages.map(readGaps));
      // In turns, so that whatever the machine does meets both.
      const killedAtMs = period % 2 === 0 ? undefined : Date.now();
      if (killedAtMs !== undefined) killWorker(server.pid);
      await sleep(everyMs);
      for (const gaps of await Promise.all(pages.map(readGaps))) {
        if (killedAtMs === undefined) {
          withoutKillMs.push(longest(gaps));
          continue;
        }
        const caused = gaps.filter(
          ({ fromMs, toMs }) => toMs > killedAtMs && fromMs < killedAtMs + stopsWithinMs,
        );
        if (caused.some(({ ended }) => !ended)) lost++;
        else samplesMs.push(longest(caused));
        otherMs.push(longest(gaps.filter((gap) => !caused.includes(gap))));
      }
    }
    return {
      stillMs: summarize(samplesMs),
      samplesMs,
      lost,
      otherMs: summarize(otherMs),
      withoutKillMs: summarize(withoutKillMs),
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}

function killWorker(serverPid: number): void {
  const [pid] = workerPids(serverPid);
  if (pid === undefined) throw new Error('the server has no media worker');
  process.kill(pid, 'SIGKILL');
}

function longest(gaps: readonly Gap[]): number {
  return Math.max(0, ...gaps.map(({ fromMs, toMs }) => toMs - fromMs));
}

function readGaps(page: Page): Promise<Gap[]> {
  return page.evaluate(() => window.gaps?.() ?? []);
}

/** Runs in the page. */
function watchGaps(query: string, leastMs: number): void {
  const video = document.querySelector<HTMLVideoElement>(query);
  let lastMs = Date.now();
  let seen: Gap[] = [];
  const look = (ended: boolean): void => {
    const nowMs = Date.now();
    if (nowMs - lastMs >= leastMs) seen.push({ fromMs: lastMs, toMs: nowMs, ended });
    lastMs = nowMs;
  };
  const frame = (): void => {
    look(true);
    video?.requestVideoFrameCallback(frame);
  };
  video?.requestVideoFrameCallback(frame);
  window.gaps = () => {
    const sinceMs = lastMs;
    look(false);
    lastMs = sinceMs;
    const told = seen;
    seen = [];
    return told;
  };
}
