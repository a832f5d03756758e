import type { types } from 'mediasoup';
import type { WorkerStatus } from './mediaTypes.ts';
import type { WorkerLoad } from './placement.ts';

/** One running worker process with its one listening server, its counters and its load. */
export class MediaWorker implements WorkerLoad {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly slot: number;
  #routers = 0;
  #transports = 0;
  readonly #producers = { audio: 0, video: 0 };
  readonly #consumers = { audio: 0, video: 0 };
  #cpu = 0;
  #cpuMs = 0;
  #sampledAtMs: number | undefined;
  #sampling = false;
  #unanswered = 0;
  /** Expected of what was placed since the last sample, and in the period which that sample saw only in part. */
  #placedCpu = 0;
  #placedCpuBefore = 0;

  constructor(worker: types.Worker, webRtcServer: types.WebRtcServer, slot: number) {
    this.slot = slot;
    this.worker = worker;
    this.webRtcServer = webRtcServer;
    worker.observer.on('newrouter', (router) => this.#countRouter(router));
  }

  get cpu(): number {
    return this.#cpu;
  }
  get placedCpu(): number {
    return this.#placedCpu + this.#placedCpuBefore;
  }
  get consumers(): number {
    return this.#consumers.audio + this.#consumers.video;
  }

  get routers(): number {
    return this.#routers;
  }

  /** Something was placed here that is expected to cost this share of a core. */
  charge(cpu: number): void {
    this.#placedCpu += cpu;
  }

  /** Samples that were due while the worker still owed the answer to an earlier one. */
  get unansweredSamples(): number {
    return this.#unanswered;
  }

  /** Measures the CPU used since the last call. */
  async sample(nowMs: () => number): Promise<void> {
    if (this.#sampling) {
      this.#unanswered++;
      return;
    }
    this.#sampling = true;
    const usage = await this.worker.getResourceUsage().finally(() => {
      this.#sampling = false;
      this.#unanswered = 0;
    });
    const cpuMs = usage.ru_utime + usage.ru_stime;
    const atMs = nowMs();
    if (this.#sampledAtMs !== undefined && atMs > this.#sampledAtMs) {
      this.#cpu = (cpuMs - this.#cpuMs) / (atMs - this.#sampledAtMs);
    }
    this.#cpuMs = cpuMs;
    this.#sampledAtMs = atMs;
    this.#placedCpuBefore = this.#placedCpu;
    this.#placedCpu = 0;
  }

  status(): WorkerStatus {
    return {
      slot: this.slot,
      pid: this.worker.pid,
      cpu: this.#cpu,
      cpuSeconds: this.#cpuMs / 1000,
      routers: this.#routers,
      transports: this.#transports,
      producers: { ...this.#producers },
      consumers: { ...this.#consumers },
    };
  }

  #countRouter(router: types.Router): void {
    this.#routers++;
    router.observer.once('close', () => this.#routers--);
    router.observer.on('newtransport', (transport) => {
      this.#transports++;
      transport.observer.once('close', () => this.#transports--);
      transport.observer.on('newproducer', (producer) => count(this.#producers, producer));
      transport.observer.on('newconsumer', (consumer) => count(this.#consumers, consumer));
    });
  }
}

function count(counts: { audio: number; video: number }, counted: types.Producer | types.Consumer): void {
  const kind = counted.kind;
  counts[kind]++;
  // The two observers have the same event, but TypeScript cannot call a union of overloads.
  (counted.observer as types.ConsumerObserver).once('close', () => counts[kind]--);
}
