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

test('thirty viewers who join within a second all get a picture, and the publisher is not made to send little else', async () => {
  const host = await browser.openTab();
  await host.startHost(system, 'crowd');
  const viewers = await browser.openTab();
  await host.keyframes();

  const outcomes = await viewers.startViewers(system, 'crowd', {
    gapsMs: Array.from({ length: crowd }, () => 1000 / crowd),
    render: false,
  });
  expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([]);
  expect(outcomes.filter(({ firstFrameMs }) => firstFrameMs !== undefined)).toHaveLength(crowd);

  const before = await viewers.received();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const after = await viewers.received();
  expect(after.packets).toBeGreaterThan(before.packets + crowd);

  const samples = await host.keyframes();
  const layers = new Set(samples.flatMap(({ byLayer }) => Object.keys(byLayer)));
  for (const layer of layers) {
    const totals = samples.map(({ atMs, byLayer }) => ({ atMs, total: byLayer[layer] ?? 0 }));
    expect(busiestWindow(totals, 10_000)).toBeLessThanOrEqual(30);
  }
});
