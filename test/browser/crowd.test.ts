import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BenchBrowser } from '../../loadtest/benchTabs.ts';
import { servePage } from '../../loadtest/pageServer.ts';
import type { PageServer } from '../../loadtest/pageServer.ts';
import { busiestWindow } from '../../loadtest/statistics.ts';
import { startServerSystem } from '../../loadtest/systems.ts';
import type { System } from '../../loadtest/systems.ts';

let system: System;
let page: PageServer | undefined;
let browser: BenchBrowser;
let launched: BenchBrowser | undefined;

beforeAll(async () => {
  system = await startServerSystem('tributary');
  page = await servePage();
  browser = launched = await BenchBrowser.launch(page.origin);
});
afterAll(async () => {
  // Whatever could not be started, the server is not left running.
  await launched?.close();
  page?.close();
  expect(await system.stop()).toBe(0);
});

const crowd = 30;
/** What one publisher may be made to send: `maxKeyframes` in `windowMs` of the server's settings. */
const budget = { keyframes: 30, windowMs: 10_000 };

test('thirty viewers who join within a second all get a picture, and the publisher is not made to send little else', async () => {
  const host = await browser.openTab();
  await host.startHost(system, 'crowd');
  const viewers = await browser.openTab();
  const before = (await host.keyframes()).slice(-1);

  const outcomes = await viewers.startViewers(system, 'crowd', {
    gapsMs: Array.from({ length: crowd }, () => 1000 / crowd),
    render: false,
  });
  expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([]);
  expect(outcomes.filter(({ firstFrameMs }) => firstFrameMs !== undefined)).toHaveLength(crowd);

  // The picture goes on, and what the crowd made the publisher send is sent.
  const { packets } = await viewers.received();
  while ((await viewers.received()).packets < packets + 100 * crowd) continue;

  const samples = [...before, ...(await host.keyframes())];
  const layers = Object.keys(samples[0]?.byLayer ?? {});
  expect(layers).toHaveLength(3);
  const busiest = layers.map((layer) => {
    const totals = samples.map(({ atMs, byLayer }) => ({ atMs, total: byLayer[layer] ?? 0 }));
    return busiestWindow(totals, budget.windowMs);
  });
  expect(Math.max(...busiest)).toBeGreaterThan(0);
  expect(Math.max(...busiest)).toBeLessThanOrEqual(budget.keyframes);
});
