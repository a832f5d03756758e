import type { Browser, Page } from 'puppeteer';
import { launchBrowser, openPage } from '../test/support/browser.ts';
import { standNear } from '../test/support/wanPages.ts';
import type { BenchPage, Target } from './page/benchPage.ts';
import type { System } from './systems.ts';

declare global {
  interface Window {
    bench: BenchPage;
  }
}

/** A tab that shows the benchmark's page, and what can be asked of it. */
export class BenchTab {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async startHost(system: System, room: string): Promise<void> {
    const target = await makeTarget(system, room, 'host', 1);
    await this.#page.evaluate((to) => window.bench.startHost(to), target);
  }

  async startViewers(
    system: System,
    room: string,
    options: Parameters<BenchPage['startViewers']>[1],
  ): ReturnType<BenchPage['startViewers']> {
    const target = await makeTarget(system, room, 'viewer', options.gapsMs.length);
    return this.#page.evaluate((to, how) => window.bench.startViewers(to, how), target, options);
  }

  keyframes(): Promise<ReturnType<BenchPage['keyframes']>> {
    return this.#page.evaluate(() => window.bench.keyframes());
  }

  received(): ReturnType<BenchPage['received']> {
    return this.#page.evaluate(() => window.bench.received());
  }

  /** The page as somebody who has just opened it has it: nothing connected, nothing warmed up. */
  async reload(): Promise<void> {
    await this.#page.reload({ waitUntil: 'load' });
  }

  async close(): Promise<void> {
    await this.#page.evaluate(() => window.bench.stop());
    await this.#page.browserContext().close();
  }
}

/** A browser for one measurement, its pages coming from `pageOrigin`. */
export class BenchBrowser {
  readonly #browser: Browser;
  readonly #pageOrigin: string;

  private constructor(browser: Browser, pageOrigin: string) {
    this.#browser = browser;
    this.#pageOrigin = pageOrigin;
  }

  static async launch(pageOrigin: string): Promise<BenchBrowser> {
    return new BenchBrowser(await launchBrowser(), pageOrigin);
  }

  get pageOrigin(): string {
    return this.#pageOrigin;
  }

  get pid(): number {
    return this.#browser.process()?.pid ?? 0;
  }

  version(): Promise<string> {
    return this.#browser.version();
  }

  /** `near`: the origin of the one server that this tab finds near. */
  async openTab(near?: string): Promise<BenchTab> {
    const page = await openPage(this.#browser, this.#pageOrigin);
    if (near !== undefined) {
      await page.evaluateOnNewDocument(standNear, near);
      await page.reload({ waitUntil: 'load' });
    }
    await page.waitForFunction(() => 'bench' in window);
    return new BenchTab(page);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

async function makeTarget(
  system: System,
  room: string,
  role: 'host' | 'viewer',
  count: number,
): Promise<Target> {
  const { kind, origin } = system;
  return { system: kind, origin, room, tokens: await system.tokens(room, role, count) };
}
