import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { openHopFeed } from './hopFeed.ts';
import type { HopStream } from './hopFeed.ts';
import type { HopNode } from './hopNode.ts';
import { HopPackets } from './hopPackets.ts';

/** As many cameras of up to some Mbit/s each, and so many viewers of each at either node. */
const feeds = 10;
const viewersEach = 8;
const firstPacketsPerSecond = 1000;
const maxPacketsPerSecond = 10_000;
const settleMs = 500;
const lookMs = 1500;
/** It is near enough to what is wanted, as a share of that; and given up after so many looks. */
const tolerance = 0.03;
const mostLooks = 12;

/** More media through the same two workers, sent by a thread of its own so that nothing here waits for it. */
export class HopLoad {
  readonly #origin: HopNode;
  readonly #edge: HopNode;
  readonly #threads: Worker[];
  #packetsPerSecond = 0;
  /** Which call of `hold` counts. */
  #turn = 0;

  private constructor(origin: HopNode, edge: HopNode, threads: Worker[]) {
    this.#origin = origin;
    this.#edge = edge;
    this.#threads = threads;
  }

  static async open(origin: HopNode, edge: HopNode): Promise<HopLoad> {
    const deaf = startThread('deaf');
    const [port] = (await once(deaf, 'message')) as [number];
    const viewers = Array.from({ length: viewersEach }, () => port);
    const streams: HopStream[] = [];
    while (streams.length < feeds)
      streams.push(await openHopFeed(origin, edge, { origin: viewers, edge: viewers }));
    return new HopLoad(origin, edge, [deaf, startThread(streams)]);
  }

  /** Sends from now on as much as makes the two workers together use so much CPU; resolves when they do. */
  async hold(cores: number): Promise<void> {
    const turn = ++this.#turn;
    this.#send(firstPacketsPerSecond);
    let looks = 0;
    while (!(await this.#correct(cores)) && ++looks < mostLooks);
    const goOn = async (): Promise<void> => {
      while (turn === this.#turn) await this.#correct(cores);
    };
    void goOn();
  }

  async close(): Promise<void> {
    this.#turn++;
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** Looks what is used, and sends accordingly; whether that was near enough, or all that can be sent. */
  async #correct(cores: number): Promise<boolean> {
    await sleep(settleMs);
    const [before, sinceMs] = [this.#cpuMs(), performance.now()];
    await sleep(lookMs);
    const reached = (this.#cpuMs() - before) / (performance.now() - sinceMs);
    const wanted = (this.#packetsPerSecond * cores) / reached;
    const isEnough =
      Math.abs(reached / cores - 1) < tolerance || this.#packetsPerSecond === maxPacketsPerSecond;
    this.#send(Math.min(maxPacketsPerSecond, wanted));
    return isEnough;
  }

  #cpuMs(): number {
    return this.#origin.workerCpuMs + this.#edge.workerCpuMs;
  }

  #send(packetsPerSecond: number): void {
    this.#packetsPerSecond = packetsPerSecond;
    this.#threads.at(-1)?.postMessage(packetsPerSecond);
  }
}

/** Either takes packets, or sends some. */
type Duty = 'deaf' | HopStream[];

function startThread(duty: Duty): Worker {
  return new Worker(fileURLToPath(import.meta.url), { workerData: { hopDuty: duty } });
}

/** Has a port whose packets nobody reads, so that viewers cost the workers alone. */
async function beDeaf(): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  parentPort?.postMessage(socket.address().port);
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
}

function sendStreams(streams: readonly HopStream[]): void {
  const socket = createSocket('udp4');
  const all = streams.map((stream) => ({ stream, packets: new HopPackets(stream) }));
  let packetsPerSecond = 0;
  let owed = 0;
  let turn = 0;
  let lastMs = performance.now();
  parentPort?.on('message', (wanted: number) => (packetsPerSecond = wanted));
  setInterval(() => {
    const nowMs = performance.now();
    owed += ((nowMs - lastMs) / 1000) * packetsPerSecond;
    lastMs = nowMs;
    for (; owed >= 1; owed--) {
      const { stream, packets } = all[turn++ % all.length]!;
      socket.send(packets.next(), stream.port, '127.0.0.1');
    }
  }, 1);
}

if (!isMainThread) {
  const { hopDuty } = workerData as { hopDuty?: Duty };
  if (hopDuty === 'deaf') await beDeaf();
  else if (hopDuty) sendStreams(hopDuty);
}
