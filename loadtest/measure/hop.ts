import { createSocket } from 'node:dgram';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import { openHopFeed } from './hopFeed.ts';
import type { HopStream } from './hopFeed.ts';
import { HopLoad } from './hopLoad.ts';
import { HopNode, runOn } from './hopNode.ts';
import { HopPackets } from './hopPackets.ts';
import { HopReceiver, sharedClockMs } from './hopReceiver.ts';

export interface HopPlan {
  packets: number;
  /** The time between two packets is evenly spread between nothing and twice this. */
  everyMs: number;
  /** How busy the load shall keep a core. */
  loadShare: number;
}

export interface HopSample {
  /** From the sender to a receiver at the first node, and to one at the second. */
  oneNodeMs: Summary;
  twoNodesMs: Summary;
  /** By how much each packet came later from the second node than from the first. */
  addedMs: Summary;
  /** Packets that did not come by both ways. */
  lost: number;
  /** Of a core, by the kernel's accounting. */
  originLoad: number;
  edgeLoad: number;
}

export interface HopResult {
  idle: HopSample;
  /** Both workers on one core, which is as busy as planned. */
  sharedCore: HopSample;
  /** Each worker as busy as that, wherever the system lets it run. */
  eachBusy: HopSample;
}

const warmUpPackets = 200;
const arriveWithinMs = 500;

/** What a pipe between two nodes adds to the way of a packet: each node has a worker of its own, and loopback is between them. */
export async function measureHop(plan: HopPlan): Promise<HopResult> {
  const [origin, edge] = [await HopNode.start(), await HopNode.start()];
  const [near, far] = [await HopReceiver.start(), await HopReceiver.start()];
  let load: HopLoad | undefined;
  try {
    const stream = await openHopFeed(origin, edge, { origin: [near.port], edge: [far.port] });
    const probe = new HopProbe(stream, near, far);
    await probe.send(warmUpPackets, plan.everyMs);
    const idle = await sample(probe, origin, edge, plan);
    load = await HopLoad.open(origin, edge);
    const [first, last] = [0, cpus().length - 1];
    for (const node of [origin, edge]) node.runOn(`${first}`);
    // What sends and receives would take its share of the core besides, and come before the workers on it.
    if (last > first) runOn(`${first + 1}-${last}`, process.pid);
    await probe.sendDuring(load.hold(plan.loadShare), plan.everyMs);
    const sharedCore = await sample(probe, origin, edge, plan);
    for (const node of [origin, edge]) node.runOn(`${first}-${last}`);
    runOn(`${first}-${last}`, process.pid);
    await probe.sendDuring(load.hold(2 * plan.loadShare), plan.everyMs);
    return { idle, sharedCore, eachBusy: await sample(probe, origin, edge, plan) };
  } finally {
    await load?.close();
    for (const one of [near, far, origin, edge]) await one.close();
  }
}

async function sample(
  probe: HopProbe,
  origin: HopNode,
  edge: HopNode,
  { packets, everyMs }: HopPlan,
): Promise<HopSample> {
  const startedAtMs = performance.now();
  const [originBeforeMs, edgeBeforeMs] = [origin.workerCpuMs, edge.workerCpuMs];
  const came = await probe.send(packets, everyMs);
  const elapsedMs = performance.now() - startedAtMs;
  return {
    oneNodeMs: summarize(came.map(({ nearMs }) => nearMs)),
    twoNodesMs: summarize(came.map(({ farMs }) => farMs)),
    addedMs: summarize(came.map(({ nearMs, farMs }) => farMs - nearMs)),
    lost: packets - came.length,
    originLoad: (origin.workerCpuMs - originBeforeMs) / elapsedMs,
    edgeLoad: (edge.workerCpuMs - edgeBeforeMs) / elapsedMs,
  };
}

/** How long a packet was on its way to the receiver at the first node, and to the one at the second. */
interface PacketTimes {
  nearMs: number;
  farMs: number;
}

class HopProbe {
  readonly #stream: HopStream;
  readonly #near: HopReceiver;
  readonly #far: HopReceiver;
  readonly #packets: HopPackets;
  readonly #socket = createSocket('udp4').unref();
  readonly #random = seededRandom(1);
  #sent = 0;

  constructor(stream: HopStream, near: HopReceiver, far: HopReceiver) {
    this.#stream = stream;
    this.#near = near;
    this.#far = far;
    this.#packets = new HopPackets(stream);
  }

  /** Sends until something else is done, which it may have an influence on. */
  async sendDuring(other: Promise<void>, everyMs: number): Promise<void> {
    const done = other.then(() => true);
    const soon = sleep(0).then(() => false);
    while (!(await Promise.race([done, soon]))) await this.send(warmUpPackets, everyMs);
  }

  /** Sends one packet at a time, at moments that fit no other rhythm; tells of those that came by both ways. */
  async send(count: number, everyMs: number): Promise<PacketTimes[]> {
    const sentMs = new Map<number, number>();
    for (let sent = 0; sent < count; sent++) {
      await sleep(this.#random() * 2 * everyMs);
      const packet = this.#packets.next();
      sentMs.set(this.#sent++, sharedClockMs());
      this.#socket.send(packet, this.#stream.port, '127.0.0.1');
    }
    await sleep(arriveWithinMs);
    const [near, far] = [await this.#near.take(), await this.#far.take()];
    return [...sentMs].flatMap(([number, atMs]) => {
      const [nearMs, farMs] = [near.get(number), far.get(number)];
      return nearMs === undefined || farMs === undefined
        ? []
        : [{ nearMs: nearMs - atMs, farMs: farMs - atMs }];
    });
  }
}
