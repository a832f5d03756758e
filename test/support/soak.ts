import type { Page } from 'puppeteer';
import { waitForMoving } from './pageHistory.ts';
import { Random } from './random.ts';
import { findLeaks, idleNode } from './soakLeaks.ts';
import { until } from './until.ts';
import { WanCluster } from './wanCluster.ts';
import type { WanNode } from './wanNode.ts';
import { WanPages } from './wanPages.ts';
import { childPids } from './workerProcesses.ts';
import { evenRoad, roundTrip } from '../wan/wanProfile.ts';

export interface SoakOptions {
  durationMs: number;
  seed: number;
  tell(line: string): void;
}

interface Guest {
  page: Page;
  room: string;
  at: string;
}

/** Two shows; the room's name is also its host's. */
const rooms = ['alma', 'bela'] as const;
const mostViewers = 3;
const pauseMs = 700;
const mostTroubleMs = 3000;
const ocean = roundTrip(80);

/**
 * Adds, kills and cuts at random, one trouble at a time, then lets everything heal, and ends the shows. Resolves with what
 * was left over by then: nothing, if all is well. Rejects where a picture did not come back.
 */
export async function soak({ durationMs, seed, tell }: SoakOptions): Promise<string[]> {
  const cluster = await WanCluster.start({
    regions: { us: ['us-1', 'us-2'], eu: ['eu-1', 'eu-2'] },
    roads: [['us', 'eu', ocean]],
    // Whatever is kept for people who may come back has to be gone when it is looked for.
    flags: [
      '--vacant-room-ms=1000',
      '--ended-tombstone-ms=1000',
      '--viewer-grace-ms=2000',
      '--host-grace-ms=60000',
    ],
    seed,
  });
  const pages = await WanPages.launch(cluster);
  try {
    return await new Soak(cluster, pages, seed, tell).run(durationMs);
  } finally {
    await pages.close();
    await cluster.close();
  }
}

/** In the page of a host: true when the show is over. The answer to this may be lost, and the show end all the same. */
async function endShow(): Promise<boolean> {
  if (document.documentElement.dataset.liveState !== 'ended') await window.tributary?.room?.end();
  return true;
}

class Soak {
  readonly #cluster: WanCluster;
  readonly #pages: WanPages;
  readonly #random: Random;
  readonly #tell: (line: string) => void;
  readonly #hosts: Guest[] = [];
  readonly #viewers: Guest[] = [];
  #viewersSoFar = 0;

  constructor(cluster: WanCluster, pages: WanPages, seed: number, tell: (line: string) => void) {
    this.#cluster = cluster;
    this.#pages = pages;
    this.#random = new Random(seed);
    this.#tell = tell;
  }

  async run(durationMs: number): Promise<string[]> {
    const idle = await idleNode(this.#cluster.nodes[0]!);
    const startedMs = performance.now();
    for (const room of rooms) {
      const at = room === 'alma' ? 'us-1' : 'eu-1';
      const page = await this.#pages.open({ at, room, name: room, role: 'host' });
      this.#hosts.push({ page, room, at });
    }
    while (performance.now() - startedMs < durationMs) {
      const [what, trouble] = this.#draw();
      this.#tell(`${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${what}`);
      await trouble();
      await this.#pause(pauseMs);
    }
    this.#tell('all is healed');
    await this.#everybodySees();
    this.#tell('every viewer sees his host; the shows end');
    for (const { page } of this.#hosts) await until(() => page.evaluate(endShow));
    await this.#pages.shutAll();
    return findLeaks(this.#cluster, idle);
  }

  #draw(): [string, () => Promise<void>] {
    const { pick, chance } = { pick: this.#random.pick.bind(this.#random), chance: this.#random.next() };
    const node = pick(this.#cluster.nodes);
    const ms = 300 + this.#random.int(mostTroubleMs);
    const viewer = this.#viewers.length > 0 ? pick(this.#viewers) : undefined;
    if (viewer === undefined || (chance < 0.35 && this.#viewers.length < mostViewers)) {
      const room = pick(rooms);
      return [`a viewer of ${room} comes to ${node.nodeId}`, () => this.#addViewer(node.nodeId, room)];
    }
    if (chance < 0.45) return [`a viewer leaves ${viewer.at}`, () => this.#takeViewer(viewer)];
    if (chance < 0.55) return [`the worker of ${node.nodeId} dies`, async () => void node.killWorker()];
    if (chance < 0.68) return [`${node.nodeId} is killed, for ${ms} ms`, () => this.#killFor(node, ms)];
    if (chance < 0.76) return [`${node.nodeId} hangs for ${ms} ms`, () => this.#hangFor(node, ms)];
    if (chance < 0.82) return [`Redis is away for ${ms} ms`, () => this.#redisAwayFor(ms)];
    const other = pick(this.#cluster.nodes.filter((one) => one !== node));
    if (chance < 0.9)
      return [
        `nothing passes between ${node.nodeId} and ${other.nodeId} for ${ms} ms`,
        () => this.#cutFor(node.nodeId, other.nodeId, ms),
      ];
    if (chance < 0.95) return [`eu is cut off for ${ms} ms`, () => this.#cutFor('eu', 'us', ms)];
    return [`the ocean loses packets for ${ms} ms`, () => this.#loseFor(ms)];
  }

  async #addViewer(at: string, room: string): Promise<void> {
    const page = await this.#pages.open({ at, room, name: `Viewer-${++this.#viewersSoFar}` });
    this.#viewers.push({ page, room, at });
  }

  async #takeViewer(viewer: Guest): Promise<void> {
    this.#viewers.splice(this.#viewers.indexOf(viewer), 1);
    await this.#pages.shut(viewer.page);
  }

  async #killFor(node: WanNode, ms: number): Promise<void> {
    await node.kill();
    await this.#pause(ms);
    await node.start();
  }

  async #hangFor(node: WanNode, ms: number): Promise<void> {
    node.hang();
    await this.#pause(ms);
    node.wake();
  }

  async #redisAwayFor(ms: number): Promise<void> {
    await this.#cluster.redis.stop();
    await this.#pause(ms);
    await this.#cluster.redis.start();
  }

  async #cutFor(one: string, other: string, ms: number): Promise<void> {
    this.#cluster.cut(one, other);
    await this.#pause(ms);
    this.#cluster.heal(one, other);
  }

  async #loseFor(ms: number): Promise<void> {
    this.#cluster.set('us', 'eu', evenRoad({ delayMs: 40, loss: { kind: 'random', ratio: 0.15 } }));
    await this.#pause(ms);
    this.#cluster.set('us', 'eu', ocean);
  }

  async #everybodySees(): Promise<void> {
    for (const node of this.#cluster.nodes) await until(() => childPids(node.pid).length > 0);
    for (const { page, room, at } of this.#viewers) {
      const patience = { timeoutMs: 60_000, steadyMs: 900 };
      await waitForMoving(page, `${room}:camera`, patience).catch(async (error: unknown) => {
        await this.#tellTrouble(page, room);
        throw new Error(`a viewer who came to ${at} does not see ${room}`, { cause: error });
      });
    }
  }

  /** What is known of a picture that does not come. */
  async #tellTrouble(page: Page, room: string): Promise<void> {
    const seen = await page.evaluate(async () => {
      const tributary = window.tributary?.room;
      return {
        state: document.documentElement.dataset.liveState,
        states: window.liveStates,
        stage: tributary?.view.stage,
        stats: await tributary?.stats(),
      };
    });
    this.#tell(JSON.stringify(seen));
    for (const { nodeId } of this.#cluster.nodes)
      this.#tell(JSON.stringify(await this.#cluster.cascade(room, nodeId).catch(String)));
    for (const { nodeId, output } of this.#cluster.nodes) this.#tell(`${nodeId}: ${output.slice(-3000)}`);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}
