import type { Browser, Page } from 'puppeteer';
import type { Role } from '../../protocol/roles.ts';
import { launchBrowser } from './browser.ts';
import { comeFirst } from './priority.ts';
import { rememberHistory } from './pageHistory.ts';
import type { WanCluster } from './wanCluster.ts';

export interface Visit {
  /** The node whose page is opened, and the nearest one for the probes of this browser. */
  at: string;
  room: string;
  /** Shown to others; in small letters it is the identity too. */
  name: string;
  role?: Role;
  /** What the camera of somebody on stage gives: Chromium's green test picture, or one of this colour. */
  camera?: { width: number; height: number; frameRate?: number; colour?: string };
  window?: { width: number; height: number };
  /** More of the page's parameters, such as `drop=1`. */
  more?: Readonly<Record<string, string>>;
}

const smallCamera = { width: 320, height: 180 };
const smallWindow = { width: 480, height: 320 };
const frameRate = 10;

/** People in one real browser, each with a storage of his own, at the demo's pages of a cluster's nodes. */
export class WanPages {
  readonly #cluster: WanCluster;
  readonly #browser: Browser;

  private constructor(cluster: WanCluster, browser: Browser) {
    this.#cluster = cluster;
    this.#browser = browser;
  }

  /** `cameraRate`: the most pictures a second that a camera here gives, whatever it is asked for. */
  static async launch(cluster: WanCluster, { cameraRate = 20 } = {}): Promise<WanPages> {
    comeFirst(false);
    const browser = await launchBrowser([
      '--force-prefers-reduced-motion',
      `--use-fake-device-for-media-stream=fps=${cameraRate}`,
    ]);
    comeFirst(true);
    return new WanPages(cluster, browser);
  }

  /** Opens a page that goes live by itself and remembers its frames; does not wait for anything. */
  async open(visit: Visit): Promise<Page> {
    const role = visit.role ?? 'viewer';
    const context = await this.#browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport(visit.window ?? smallWindow);
    await rememberHistory(page);
    await page.evaluateOnNewDocument(paintLess);
    await page.evaluateOnNewDocument(useCamera, { frameRate, ...(visit.camera ?? smallCamera) });
    await page.evaluateOnNewDocument(standNear, this.#cluster.node(visit.at).origin);
    await page.goto(await this.#addressOf(visit, role), { waitUntil: 'domcontentloaded' });
    return page;
  }

  /** Ends everything of a page, as a browser that is closed. */
  async shut(page: Page): Promise<void> {
    await page.browserContext().close();
  }

  async shutAll(): Promise<void> {
    const contexts = this.#browser.browserContexts().slice(1);
    await Promise.all(contexts.map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async #addressOf({ at, room, name, more }: Visit, role: Role): Promise<string> {
    const token = await this.#cluster.token(room, name, role);
    const onStage = role === 'host' || role === 'cohost';
    const params = new URLSearchParams({
      room,
      name,
      autostart: '1',
      ...(role === 'cohost' && { as: 'cohost' }),
      ...more,
    });
    const { origin } = this.#cluster.node(at);
    return `${origin}/${onStage ? 'host' : 'watch'}?${params.toString()}#token=${token}`;
  }
}

/** In the page: whatever moves apart from pictures moves a little less smoothly, which saves half of the cores. */
function paintLess(): void {
  window.requestAnimationFrame = (draw) => window.setTimeout(() => draw(performance.now()), 100);
  window.cancelAnimationFrame = (frame) => window.clearTimeout(frame);
}

/** In the page: its camera gives pictures of this size, however many pixels are asked for. */
function useCamera(camera: { width: number; height: number; frameRate: number; colour?: string }): void {
  // Undefined on an insecure page, whatever the compiler thinks.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return;
  const { colour, ...wanted } = camera;
  const open = devices.getUserMedia.bind(devices);
  const painted = (): MediaStream => {
    const canvas = Object.assign(document.createElement('canvas'), wanted);
    const context = canvas.getContext('2d');
    let at = 0;
    setInterval(() => {
      if (context === null) return;
      context.fillStyle = colour ?? '';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = 'black';
      context.fillRect((at = (at + 5) % canvas.width), 0, 10, canvas.height);
    }, 1000 / wanted.frameRate);
    return canvas.captureStream();
  };
  devices.getUserMedia = async (constraints) => {
    const { video } = constraints ?? {};
    if (typeof video !== 'object') return open(constraints);
    return colour === undefined ? open({ ...constraints, video: { ...video, ...wanted } }) : painted();
  };
}

/**
 * In the page: every other server's probe answers too late, as if this browser stood beside the one at `origin`. A little
 * later would not do: on a busy machine the nearest node has load, and another is better.
 */
export function standNear(origin: string): void {
  const { fetch } = window;
  window.fetch = async (resource, options) => {
    const address = resource instanceof Request ? resource.url : String(resource);
    const url = new URL(address, location.href);
    if (url.pathname === '/v1/probe' && url.origin !== origin)
      await new Promise((resolve) => setTimeout(resolve, 1000));
    return fetch(resource, options);
  };
}
