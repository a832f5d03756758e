import type { Page } from 'puppeteer';
import { stallSince } from './pageHistory.ts';
import type { Stall } from './pageHistory.ts';

/** Says something beside the results of a test run: a figure, which no test fails on. */
export function tell(figure: string): void {
  process.stderr.write(`    ${figure}\n`);
}

/** Waits until a picture moves again after something happened, and tells how long it stood. */
export async function tellStall(what: string, page: Page, feedId: string, sinceMs: number): Promise<Stall> {
  const stall = await stallSince(page, feedId, sinceMs);
  tell(`${what}: the picture stood ${stall.pauseMs} ms, and moved again after ${stall.movedAfterMs} ms`);
  return stall;
}
