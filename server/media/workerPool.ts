import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import type { MediaSettings } from './mediaSettings.ts';
import { MediaWorker } from './mediaWorker.ts';
import { startWorkerProcess } from './workerProcess.ts';

const backOffMs = { first: 50, most: 1000 };

type WorkerProcess = ReturnType<typeof startWorkerProcess>;

/**
 * Keeps one worker process running in each slot; a dead one is replaced at once, on the same port, by one that runs
 * already: starting a process takes longest just when a machine is busy, and everybody would wait for it.
 */
export class WorkerPool {
  readonly #settings: MediaSettings;
  readonly #log: Logger;
  readonly #slots: (MediaWorker | undefined)[];
  /** Every process that was started and has not gone yet, with its worker as soon as that has answered. */
  readonly #processes = new Map<ChildProcess, types.Worker | undefined>();
  readonly #restarts = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  readonly #closing = new AbortController();
  #sampler: NodeJS.Timeout | undefined;
  /** Runs, or is starting, without a slot. */
  #spare: WorkerProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;

  private constructor(settings: MediaSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#slots = Array.from({ length: settings.workers }, () => undefined);
  }

  /** Starts all workers; rejects, with none left running, when one of them cannot start. */
  static async start(settings: MediaSettings, log: Logger): Promise<WorkerPool> {
    const pool = new WorkerPool(settings, log);
    const started = await Promise.allSettled(pool.#slots.map((_, slot) => pool.#start(slot)));
    const failed = started.find((outcome) => outcome.status === 'rejected');
    if (failed) {
      await pool.close();
      throw failed.reason;
    }
    pool.#sampler = setInterval(() => pool.#sample(), settings.cpuSampleMs);
    pool.#sampler.unref();
    pool.#keepSpare();
    return pool;
  }

  /** The workers that are running now. */
  get live(): MediaWorker[] {
    return this.#slots.filter((worker) => worker !== undefined);
  }

  /** Waits until at least one worker is running; rejects after `workerWaitMs`. */
  async available(): Promise<void> {
    if (this.live.length > 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const woken = (): void => resolve(undefined);
    const timer = setTimeout(
      () => reject(new Error('no media worker is running')),
      this.#settings.workerWaitMs,
    );
    this.#waiting.add(woken);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(woken);
    }
  }

  /** Ends every worker and waits until their processes are gone; one that does not end in time is killed. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#sampler);
    clearTimeout(this.#spareTimer);
    this.#spare = undefined;
    this.#slots.fill(undefined);
    const gone = [...this.#processes.keys()].map(
      (child) => new Promise((resolve) => child.once('close', resolve)),
    );
    for (const worker of this.#processes.values()) worker?.close();
    const impatience = setTimeout(() => {
      for (const child of this.#processes.keys()) {
        this.#log.error({ pid: child.pid }, 'media worker does not end; killing it');
        child.kill('SIGKILL');
      }
    }, this.#settings.workerEndMs);
    await Promise.all([...this.#restarts, ...gone]);
    clearTimeout(impatience);
  }

  /** Rejects, with the process ended, when it does not do in time all that it has to before it is used. */
  async #start(slot: number): Promise<void> {
    const { workerStartMs } = this.#settings;
    const { child, worker: starting } = this.#takeSpare() ?? this.#spawn();
    const impatience = setTimeout(() => {
      this.#log.error({ slot, pid: child?.pid, workerStartMs }, 'media worker hangs as it starts; ending it');
      child?.kill('SIGKILL');
    }, workerStartMs);
    try {
      const worker = await starting;
      this.#closing.signal.throwIfAborted();
      await this.#prepare(slot, worker);
    } finally {
      clearTimeout(impatience);
    }
  }

  #takeSpare(): WorkerProcess | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare;
  }

  #keepSpare(): void {
    if (!this.#settings.spareWorker || this.#spare !== undefined || this.#closing.signal.aborted) return;
    const spare = this.#spawn();
    this.#spare = spare;
    spare.worker.catch(() => undefined);
    spare.child?.once('close', () => {
      if (this.#spare !== spare) return;
      this.#log.warn({ pid: spare.child?.pid }, 'the spare media worker died');
      this.#spare = undefined;
      this.#keepSpareLater();
    });
  }

  /** Not at once: those who lost their worker are coming back just now. */
  #keepSpareLater(): void {
    clearTimeout(this.#spareTimer);
    this.#spareTimer = setTimeout(() => this.#keepSpare(), this.#settings.spareDelayMs);
    this.#spareTimer.unref();
  }

  #spawn(): WorkerProcess {
    this.#closing.signal.throwIfAborted();
    const started = startWorkerProcess({
      logLevel: this.#settings.workerLogLevel,
      ...(this.#settings.workerBin && { workerBin: this.#settings.workerBin }),
    });
    const { child } = started;
    started.worker.then(
      (worker) => {
        if (child && this.#processes.has(child)) this.#processes.set(child, worker);
        if (this.#closing.signal.aborted) worker.close();
      },
      () => undefined,
    );
    // One without a pid was never there, and does not go either.
    if (child?.pid !== undefined) {
      this.#processes.set(child, undefined);
      child.once('close', () => this.#processes.delete(child));
    }
    return started;
  }

  async #prepare(slot: number, worker: types.Worker): Promise<void> {
    const port = this.#settings.rtcPortBase + slot;
    worker.once('died', (error) => this.#replace(slot, worker, error));
    const webRtcServer = await worker
      .createWebRtcServer({
        listenInfos: (['udp', 'tcp'] as const).map((protocol) => ({
          protocol,
          ip: this.#settings.listenIp,
          port,
          ...(this.#settings.announcedAddress && { announcedAddress: this.#settings.announcedAddress }),
        })),
      })
      .catch((error: unknown) => {
        worker.close();
        throw new Error(`media port ${port} cannot be used`, { cause: error });
      });
    const running = new MediaWorker(worker, webRtcServer, slot);
    this.#slots[slot] = running;
    for (const woken of this.#waiting) woken();
    await this.#measure(running);
    this.#log.info({ pid: worker.pid, port }, 'media worker started');
  }

  #replace(slot: number, worker: types.Worker, error: Error): void {
    if (this.#slots[slot]?.worker !== worker) return;
    this.#slots[slot] = undefined;
    this.#log.warn({ pid: worker.pid, error: error.message }, 'media worker died; starting another');
    const restart = this.#restart(slot).finally(() => this.#restarts.delete(restart));
    this.#restarts.add(restart);
  }

  async #restart(slot: number): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = backOffMs.first; !signal.aborted; waitMs = Math.min(waitMs * 2, backOffMs.most)) {
      try {
        await this.#start(slot);
        this.#keepSpareLater();
        return;
      } catch (error) {
        // While the node ends, workers end too, and are not missed.
        this.#log[this.#closing.signal.aborted ? 'debug' : 'warn'](
          { slot, waitMs, err: error },
          'media worker was not started',
        );
        // Its port may still be held by the dead one.
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #sample(): void {
    for (const worker of this.live) {
      void this.#measure(worker);
      if (worker.unansweredSamples >= this.#settings.hungAfterSamples) this.#end(worker);
    }
  }

  /** mediasoup waits without end for a worker that hangs, and so would every join that is placed there. */
  #end({ worker }: MediaWorker): void {
    this.#log.error({ pid: worker.pid }, 'media worker does not answer; ending it');
    process.kill(worker.pid, 'SIGKILL');
  }

  async #measure(worker: MediaWorker): Promise<void> {
    try {
      await worker.sample(() => performance.now());
    } catch (error) {
      this.#log.debug({ err: error }, 'media worker was not measured');
    }
  }
}
