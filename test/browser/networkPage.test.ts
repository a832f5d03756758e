import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'puppeteer';
import { launchBrowser, openPage, waitForState } from '../support/browser.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { until } from '../support/until.ts';

let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  server = await startServerProcess(['--dev-regions=us,eu']);
  browser = await launchBrowser();
  const host = await openPage(browser, `${server.origin}/host?room=harbour&name=Hanna&autostart=1&region=us`);
  await waitForState(host, 'live');
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const named = (testId: string): string => `[data-testid="${testId}"]`;
const open = (path: string, width = 1280): Promise<Page> =>
  openPage(browser, `${server.origin}${path}`, { width, height: 800 });
const words = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent);

describe("the operators' page", () => {
  test('gets in by itself in dev mode, and shows regions, nodes and rooms', async () => {
    const page = await open('/network');
    await page.waitForSelector('[data-room-id="harbour"]');
    expect(
      await page.$$eval(named('network-region'), (all) => all.map((one) => one.getAttribute('data-region'))),
    ).toEqual(['eu', 'us']);
    expect(await page.$$(named('network-node'))).toHaveLength(2);
    await page.type(named('network-search'), 'nothing-like-it');
    await page.waitForSelector(named('network-no-rooms'));
  });

  test('keeps the chosen room in the address and never the token; the keyboard is enough', async () => {
    const page = await open('/network');
    await page.waitForSelector('[data-room-id="harbour"]');
    await page.focus('[data-room-id="harbour"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector(named('network-room'));
    expect(page.url()).toBe(`${server.origin}/network?room=harbour`);
    await page.waitForFunction(
      (room) => /home (us|eu)-1/.test(document.querySelector(room)?.textContent ?? ''),
      { polling: 50 },
      named('network-room'),
    );
    await page.goBack();
    await page.waitForFunction(
      (room) => document.querySelector(room) === null,
      { polling: 50 },
      named('network-room'),
    );
  });

  test('draws the way of a feed into another region, and says why it goes there', async () => {
    const viewer = await open('/watch?room=harbour&name=Vera&region=eu');
    await waitForState(viewer, 'live');
    const page = await open('/network?room=harbour');
    const pipe = `${named('network-feed')}[data-feed-id$=":camera"] ${named('network-pipe')}[data-node-id="eu-1"]`;
    await page.waitForSelector(`${pipe}[data-state="open"]`);
    expect(await words(page, `${pipe} .tree-reason`)).toMatch(/^gateway of eu, straight to the origin/);
    expect(await words(page, pipe)).toContain('eu-1 in eu pulls from us-1 in us');
    await viewer.close();
  });

  test('drains a node when one is sure, and takes it back', async () => {
    const page = await open('/network');
    const node = `${named('network-node')}[data-node-id="eu-1"]`;
    await page.waitForSelector(`${node} ${named('network-drain')}`);
    await page.click(`${node} ${named('network-drain')}`);
    await page.waitForSelector(named('confirm-drain'), { visible: true });
    await page.click(named('confirm-cancel'));
    await page.waitForSelector(named('confirm-drain'), { hidden: true });
    expect(await page.$eval(node, (element) => element.getAttribute('data-state'))).toBe('well');
    await page.click(`${node} ${named('network-drain')}`);
    await page.waitForSelector(named('confirm-drain'), { visible: true });
    await page.click(named('confirm-drain'));
    await page.waitForSelector(`${node}[data-state="draining"] ${named('network-undrain')}`);
    await page.click(`${node} ${named('network-undrain')}`);
    await page.waitForSelector(named('confirm-undrain'), { visible: true });
    await page.click(named('confirm-undrain'));
    await page.waitForSelector(`${node}[data-state="well"]`);
  });

  test('says that a room is not there, on a phone, with nothing beside the screen', async () => {
    const page = await open('/network?room=nowhere', 360);
    await page.waitForSelector(named('network-room-unknown'));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  test('asks for a token, says when one is wrong, and asks the server nothing while it is hidden', async () => {
    const page = await open('/');
    const asked: string[] = [];
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname === '/v1/network') asked.push(request.headers().authorization ?? '');
      void (pathname === '/dev/admin-token' ? request.respond({ status: 404 }) : request.continue());
    });
    await page.goto(`${server.origin}/network`);
    await page.waitForSelector(named('admin-token'));
    await page.type(named('admin-token'), 'not-one-of-the-tokens-here');
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (problem) => (document.querySelector(problem)?.textContent ?? '') !== '',
      { polling: 50 },
      named('admin-token-problem'),
    );
    expect(await words(page, named('admin-token-problem'))).toContain('wrong');

    const answer = await fetch(`${server.origin}/dev/admin-token`, { method: 'POST' });
    const { token } = (await answer.json()) as { token: string };
    await page.type(named('admin-token'), token);
    await page.keyboard.press('Enter');
    await page.waitForSelector(named('network-node'));
    expect(asked.at(-1)).toBe(`Bearer ${token}`);
    expect(page.url()).not.toContain(token);

    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    const before = asked.length;
    const witness = await open('/network');
    let turns = 0;
    witness.on('request', (request) => (turns += Number(request.url().endsWith('/v1/network'))));
    await until(() => turns >= 3);
    expect(asked.length).toBe(before);
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until(() => asked.length > before);
  });
});
