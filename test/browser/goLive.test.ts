import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer';
import {
  launchBrowser,
  meanColour,
  openPage,
  waitForFrames,
  waitForState,
  waitForVoice,
} from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { giveVoice, speak } from '../support/voice.ts';

let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  server = await startServerProcess();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  expect(await server.stop()).toBe(0);
});

const hostCamera = 'video[data-source="camera"]';

describe('a show', () => {
  test('a viewer sees the picture of the host move, in the right colour, and hears him', async () => {
    const host = await openPage(browser, `${server.origin}/host?room=first&name=Hanna&autostart=1`);
    await waitForState(host, 'live');
    const viewer = await openPage(browser, `${server.origin}/watch?room=first&name=Vera&autostart=1`);
    await waitForState(viewer, 'live');
    await waitForFrames(viewer, hostCamera, 10);
    // The fake camera is a green field with a moving timer on it.
    const { red, green, blue } = await meanColour(viewer, hostCamera);
    expect(green).toBeGreaterThan(80);
    expect(green).toBeGreaterThan(red + 40);
    expect(green).toBeGreaterThan(blue + 40);
    await giveVoice(host);
    await speak(host, true);
    await waitForVoice(viewer);
  });

  test('a viewer who comes before the host waits with words, and sees him come', async () => {
    const viewer = await openPage(browser, `${server.origin}/watch?room=early&name=Vera&autostart=1`);
    await viewer.waitForSelector('[data-testid="waiting"]', { visible: true });
    await openPage(browser, `${server.origin}/host?room=early&name=Hanna&autostart=1`);
    await waitForFrames(viewer, hostCamera);
  });

  test('the end reaches the viewer as a page with a way on', async () => {
    const host = await openPage(browser, `${server.origin}/host?room=ending&name=Hanna&autostart=1`);
    await waitForState(host, 'live');
    const viewer = await openPage(browser, `${server.origin}/watch?room=ending&name=Vera&autostart=1`);
    await waitForFrames(viewer, hostCamera);
    await host.click('[data-testid="end-show"]');
    await host.waitForSelector('[data-testid="confirm-end"]', { visible: true });
    await host.click('[data-testid="confirm-end"]');
    await waitForState(host, 'ended');
    await waitForState(viewer, 'ended');
  });
});
