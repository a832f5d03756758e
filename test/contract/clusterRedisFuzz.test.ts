import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RoomId } from '../../protocol/identity.ts';
import { TestNodes, recordOf, room } from '../support/clusterNodes.ts';
import type { TestNode } from '../support/clusterNodes.ts';
import { Random } from '../support/random.ts';
import { RedisServer } from '../support/redisServer.ts';
import { until } from '../support/until.ts';

const seed = process.env.FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED);
const settings = { heartbeatMs: 20, memberTtlMs: 80, homeTtlMs: 80, epochMemoryMs: 60_000 };
const rooms = ['one', 'two', 'three'].map(room);
const steps = 1500;

/** Sees every home that was given, and throws on one that should not have been. */
class HomeWitness {
  readonly #given = new Map<string, TestNode>();
  readonly #highest = new Map<RoomId, number>();
  takeOvers = 0;

  /** The highest epoch that anybody was given by now. */
  highest(roomId: RoomId): number {
    return this.#highest.get(roomId) ?? 0;
  }

  /** `node` was given the home; `before` is what was the highest when it asked. */
  given(node: TestNode, roomId: RoomId, epoch: number, before: number): void {
    const other = this.#given.get(`${roomId} ${epoch}`);
    if (other !== undefined && other !== node) throw new Error(`two homes of ${roomId} in epoch ${epoch}`);
    if (epoch < before || (epoch === before && other === undefined))
      throw new Error(`${roomId} got epoch ${epoch} after ${before}`);
    if (other === undefined && before > 0) this.takeOvers += 1;
    this.#given.set(`${roomId} ${epoch}`, node);
    this.#highest.set(roomId, Math.max(this.highest(roomId), epoch));
  }
}

class Fuzz {
  readonly #random = new Random(seed);
  readonly #redis: RedisServer;
  readonly #nodes: TestNodes;
  readonly #alive: TestNode[] = [];
  readonly #asked = new Set<Promise<void>>();
  readonly witness = new HomeWitness();
  #startedAtMs = 0;

  constructor(redis: RedisServer) {
    this.#redis = redis;
    this.#nodes = TestNodes.overRedis(redis.url, { settings, commandTimeoutMs: 50 });
  }

  async run(forgets: boolean): Promise<void> {
    for (const nodeId of ['a', 'b', 'c', 'd']) await this.#start(nodeId);
    for (let n = 0; n < steps; n += 1) await this.#step(forgets);
    this.#redis.thaw();
    for (const node of this.#alive) node.wake();
    await Promise.all(this.#asked);
    await until(async () => {
      const all = await Promise.all(this.#alive.map(({ store }) => store.renew()));
      return all.every((renewed) => renewed.ok);
    });
    const homes = this.#alive.flatMap(({ store }) => store.homes().map(({ roomId }) => roomId));
    expect(homes).toEqual([...new Set(homes)]);
  }

  close(): Promise<void> {
    return this.#nodes.close();
  }

  async #step(forgets: boolean): Promise<void> {
    const node = this.#random.pick(this.#alive);
    const roomId = this.#random.pick(rooms);
    const dice = this.#random.int(100);
    if (dice < 45) this.#ask(this.#claim(node, roomId, false));
    else if (dice < 60) this.#ask(this.#claim(node, roomId, true));
    else if (dice < 70) this.#ask(node.store.release(roomId).then(() => undefined));
    else if (dice < 78) node.hang();
    else if (dice < 88) node.wake();
    else if (dice < 90) await this.#startAnew(node);
    // It may cut those of another that cuts, too.
    else if (dice < 93) this.#ask(this.#redis.cutConnections().catch(() => undefined));
    else if (dice < 95) await this.#freeze(20 + this.#random.int(150));
    else if (dice < 96 && forgets) await this.#forgetAll();
    else await sleep(this.#random.int(60));
  }

  #ask(work: Promise<void>): void {
    this.#asked.add(work);
    // The end waits for all, and fails with the first that did.
    work.catch(() => undefined);
  }

  async #claim({ store }: TestNode, roomId: RoomId, takeOver: boolean): Promise<void> {
    const node = this.#alive.find((each) => each.store === store);
    const highest = this.witness.highest(roomId);
    // What it has already, it has from before, and rightly so until it hears that it lost it.
    if (node === undefined || store.homes().some((home) => home.roomId === roomId)) return;
    const claimed = await (takeOver ? store.takeOver(roomId, highest) : store.claim(roomId));
    if (claimed.ok && claimed.value.mine) this.witness.given(node, roomId, claimed.value.home.epoch, highest);
  }

  async #forgetAll(): Promise<void> {
    await until(() => this.#redis.ask((client) => client.flushall()).then(() => true));
  }

  async #freeze(ms: number): Promise<void> {
    this.#redis.freeze();
    await sleep(ms);
    this.#redis.thaw();
  }

  /** Its process dies and another takes its name. */
  async #startAnew(node: TestNode): Promise<void> {
    node.hang();
    const [{ nodeId } = { nodeId: undefined }] = node.store.members().nodes;
    if (nodeId === undefined) return;
    this.#alive.splice(this.#alive.indexOf(node), 1);
    await this.#start(nodeId);
  }

  /** Several attempts, as a supervisor makes them: the name may still seem to be taken. */
  async #start(nodeId: string): Promise<void> {
    await until(async () => {
      const node = this.#nodes.add();
      this.#startedAtMs += 1;
      const announced = await node.store.announce(recordOf(nodeId, { startedAtMs: this.#startedAtMs }));
      if (announced.ok) this.#alive.push(node);
      else await node.store.close();
      return announced.ok;
    });
  }
}

describe(`claims by several nodes of which some hang, die and are cut off (FUZZ_SEED=${seed})`, () => {
  let redis: RedisServer;
  let fuzz: Fuzz;
  beforeEach(async () => {
    redis = await RedisServer.start();
    fuzz = new Fuzz(redis);
  });
  afterEach(async () => {
    await fuzz.close();
    await redis.close();
  });

  test.each([
    ['', false],
    [', while Redis forgets everything now and then', true],
  ])('never give two homes in one epoch, nor a lower epoch%s', async (_when, forgets) => {
    await fuzz.run(forgets);
    expect(fuzz.witness.takeOvers).toBeGreaterThan(20);
  });
});
