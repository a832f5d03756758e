import type { types } from 'mediasoup';
import { mediaCodecs } from './codecs.ts';
import type { MediaWorker } from './mediaWorker.ts';
import { leastLoaded, placeReceiver } from './placement.ts';
import type { RoomContext } from './roomContext.ts';

/** One router of a room and the worker it is on. It can be counted on before the router exists. */
export class Shard {
  readonly id: string;
  /** Rejects when no router could be made; the shard is closed then. */
  readonly router: Promise<types.Router>;
  /** Receiving transports here, those being made included. */
  receivers = 0;
  opened: types.Router | undefined;
  closed = false;
  #worker: MediaWorker | undefined;
  /** What was placed here before the worker was known. */
  #owedCpu = 0;

  constructor(id: string, open: (shard: Shard) => Promise<types.Router>) {
    this.id = id;
    this.router = open(this);
  }

  get worker(): MediaWorker | undefined {
    return this.#worker;
  }

  placeOn(worker: MediaWorker): void {
    this.#worker = worker;
    worker.charge(this.#owedCpu);
  }

  /** Something was placed here that is expected to cost this share of a core. */
  charge(cpu: number): void {
    if (this.#worker) this.#worker.charge(cpu);
    else this.#owedCpu += cpu;
  }
}

/**
 * The routers of one room. Publishers send to the primary; receivers are spread over all of them, and a router on a
 * further worker is added when those in use are full. No worker has two routers of one room.
 */
export class Shards {
  readonly #context: RoomContext;
  readonly #died: (shard: Shard) => void;
  readonly #closedShard: (shard: Shard) => void;
  #shards: Shard[] = [];
  #primary: Shard | undefined;
  #numbered = 0;

  /** `died` is told when a shard's worker is gone, `closed` when a shard had no receivers left. */
  constructor(
    context: RoomContext,
    listeners: { died: (shard: Shard) => void; closed: (shard: Shard) => void },
  ) {
    this.#context = context;
    this.#died = listeners.died;
    this.#closedShard = listeners.closed;
  }

  /** Takes a place for one more publisher. */
  takeSendPlace(): Shard {
    const shard = this.#primaryShard();
    shard.charge(this.#context.settings.publisherCpuCharge);
    return shard;
  }

  /** Takes a place for one more receiver: on the primary for those who also publish. */
  takePlace(publishes: boolean): Shard {
    const shard = publishes ? this.#primaryShard() : this.#choose();
    shard.receivers++;
    shard.charge(this.#context.settings.viewerCpuCharge);
    return shard;
  }

  /** Gives a receiver's place back; an empty shard closes, the primary excepted. */
  givePlaceBack(shard: Shard): void {
    shard.receivers--;
    if (shard.receivers > 0 || shard.closed || shard === this.#primary) return;
    this.#remove(shard);
    this.#closedShard(shard);
    shard.opened?.close();
  }

  close(): void {
    for (const shard of [...this.#shards]) {
      this.#remove(shard);
      shard.opened?.close();
    }
  }

  /** The shard that publishers send to. */
  #primaryShard(): Shard {
    this.#primary ??= this.#shards[0] ?? this.#open(undefined);
    return this.#primary;
  }

  #choose(): Shard {
    this.#primaryShard();
    const { viewersPerShard, shardCpuCeiling } = this.#context.settings;
    const used = new Set(this.#shards.map((shard) => shard.worker));
    const free = this.#context.pool.live.filter((worker) => !used.has(worker));
    // A shard that is still opening has no worker yet; it counts as idle, since it is about to be placed well.
    const loads = this.#shards.map((shard) => ({
      of: shard,
      cpu: shard.worker?.cpu ?? 0,
      placedCpu: shard.worker?.placedCpu ?? 0,
      consumers: shard.worker?.consumers ?? 0,
      routers: shard.worker?.routers ?? 0,
      receivers: shard.receivers,
    }));
    // Where a shard has not found its worker yet, which workers are free is not known.
    const candidates = used.has(undefined) ? [] : free;
    const place = placeReceiver(loads, candidates, { viewersPerShard, cpuCeiling: shardCpuCeiling });
    if (!place) return this.#primaryShard();
    return 'shard' in place ? place.shard.of : this.#open(place.worker);
  }

  #open(worker: MediaWorker | undefined): Shard {
    const shard = new Shard(String(this.#numbered++), (self) => this.#makeRouter(self, worker));
    this.#shards.push(shard);
    shard.router.catch((error: unknown) => {
      this.#context.log.warn({ err: error }, 'a router could not be made');
      this.#remove(shard);
    });
    return shard;
  }

  async #makeRouter(shard: Shard, wanted: MediaWorker | undefined): Promise<types.Router> {
    let worker = wanted;
    if (!worker) {
      await this.#context.pool.available();
      worker = leastLoaded(this.#context.pool.live);
    }
    if (!worker) throw new Error('no media worker is running');
    // At once, so that the next room, which may be waiting for its worker too, counts what is placed here.
    shard.placeOn(worker);
    const router = await worker.worker.createRouter({ mediaCodecs });
    if (shard.closed) {
      router.close();
      throw new Error('the room has closed');
    }
    shard.opened = router;
    router.once('workerclose', () => {
      this.#remove(shard);
      this.#died(shard);
    });
    return router;
  }

  #remove(shard: Shard): void {
    shard.closed = true;
    this.#shards = this.#shards.filter((other) => other !== shard);
    if (this.#primary === shard) this.#primary = undefined;
  }
}
