import type { NodeId, RegionId } from '../../protocol/network.ts';
import type { CascadeWire, PipeCounts } from './cascadePorts.ts';
import { LinkCongestion } from './congestion.ts';
import type { PulledPipe } from './pulledPipe.ts';
import { RegionLoss } from './regionLoss.ts';
import { SilenceWatch } from './silenceWatch.ts';

const sampleMs = 1000;
/** Fewer packets in a sample say nothing of loss. */
const fewPackets = 20;

/** What came by one pipe in the last second. */
export interface PipeFigures {
  bitrateBps: number;
  /** Lost before repair, 0 to 1. */
  lossRatio: number;
  rttMs: number | null;
  jitterMs: number;
}

/** What has to be known of a pipe to watch it. */
export type WatchedPipe = Pick<PulledPipe, 'up' | 'topLayer' | 'statistics' | 'limit'>;

const nothing: PipeFigures = { bitrateBps: 0, lossRatio: 0, rttMs: null, jitterMs: 0 };

interface Sum {
  region: RegionId;
  packets: number;
  lost: number;
  rttMs: number | undefined;
  topLayer: number;
  pipes: WatchedPipe[];
}

interface Bearing {
  congestion: LinkCongestion;
  topLayer: number;
}

/**
 * Looks once a second how the pipes to this node do, while there are any, and sheds layers where a way is congested; and
 * more often whether anything comes at all.
 */
export class PipeWatch {
  readonly #pipes: ReadonlyMap<unknown, WatchedPipe>;
  readonly #wire: Pick<CascadeWire, 'rttMs' | 'standingRttMs' | 'doubt'>;
  readonly #nowMs: () => number;
  readonly #counts = new WeakMap<WatchedPipe, PipeCounts>();
  readonly #figures = new WeakMap<WatchedPipe, PipeFigures>();
  readonly #bearing = new Map<NodeId, Bearing>();
  readonly #loss = new RegionLoss();
  readonly #silence: SilenceWatch<WatchedPipe>;
  #timer: NodeJS.Timeout | undefined;
  #sheds = 0;
  #closed = false;

  constructor(
    pipes: ReadonlyMap<unknown, WatchedPipe>,
    wire: Pick<CascadeWire, 'rttMs' | 'standingRttMs' | 'doubt'>,
    nowMs: () => number,
  ) {
    this.#pipes = pipes;
    this.#wire = wire;
    this.#nowMs = nowMs;
    this.#silence = new SilenceWatch(pipes, wire, (pipe) => this.figuresOf(pipe).bitrateBps);
  }

  /** How often a layer was shed. */
  get sheds(): number {
    return this.#sheds;
  }

  /** There are pipes. */
  start(): void {
    this.#silence.start();
    if (this.#closed || this.#timer !== undefined || this.#pipes.size === 0) return;
    this.#timer = setTimeout(() => {
      void this.#sample().finally(() => {
        this.#timer = undefined;
        this.start();
      });
    }, sampleMs);
  }

  figuresOf(pipe: WatchedPipe): PipeFigures {
    return this.#figures.get(pipe) ?? nothing;
  }

  /** How much of what comes from a region is lost on its way here, 0 to 1, in coarse steps. */
  lossFrom(region: RegionId): number {
    return this.#loss.from(region, this.#nowMs());
  }

  /** A new pipe bears no more than the others from its node. */
  limit(pipe: WatchedPipe): void {
    const bearing = this.#bearing.get(pipe.up.from);
    const ceiling =
      bearing && bearing.congestion.ceiling < bearing.topLayer ? bearing.congestion.ceiling : undefined;
    pipe.limit(ceiling);
  }

  close(): void {
    this.#closed = true;
    this.#silence.close();
    clearTimeout(this.#timer);
  }

  async #sample(): Promise<void> {
    const pipes = [...this.#pipes.values()];
    const counted = await Promise.all(pipes.map((pipe) => pipe.statistics()));
    if (this.#closed) return;
    const sums = new Map<NodeId, Sum>();
    for (const [index, pipe] of pipes.entries()) {
      const now = counted[index];
      if (now === undefined) continue;
      const before = this.#counts.get(pipe);
      this.#counts.set(pipe, now);
      if (before) this.#add(sums, pipe, before, now);
    }
    for (const [from, sum] of sums) this.#judge(from, sum);
    for (const from of this.#bearing.keys()) if (!sums.has(from)) this.#bearing.delete(from);
  }

  #add(sums: Map<NodeId, Sum>, pipe: WatchedPipe, before: PipeCounts, now: PipeCounts): void {
    const { from, fromRegion } = pipe.up;
    const packets = now.packets - before.packets;
    const lost = Math.max(0, now.packetsLost - before.packetsLost);
    const elapsedMs = Math.max(1, now.atMs - before.atMs);
    const rttMs = now.rttMs ?? this.#wire.rttMs(from);
    this.#figures.set(pipe, {
      bitrateBps: Math.max(0, (8000 * (now.bytes - before.bytes)) / elapsedMs),
      lossRatio: packets > 0 ? Math.min(1, lost / packets) : 0,
      rttMs: rttMs ?? null,
      jitterMs: now.jitterMs,
    });
    const sum = sums.get(from) ?? {
      region: fromRegion,
      packets: 0,
      lost: 0,
      rttMs: this.#wire.standingRttMs(from) ?? rttMs,
      topLayer: 0,
      pipes: [],
    };
    sums.set(from, sum);
    sum.packets += packets;
    sum.lost += lost;
    sum.topLayer = Math.max(sum.topLayer, pipe.topLayer);
    sum.pipes.push(pipe);
  }

  #judge(from: NodeId, { region, packets, lost, rttMs, topLayer, pipes }: Sum): void {
    let bearing = this.#bearing.get(from);
    if (bearing?.topLayer !== topLayer) {
      bearing = { congestion: new LinkCongestion(topLayer), topLayer };
      this.#bearing.set(from, bearing);
    }
    if (packets < fewPackets || rttMs === undefined) return;
    const nowMs = this.#nowMs();
    const lossRatio = Math.min(1, lost / packets);
    const before = bearing.congestion.ceiling;
    const ceiling = bearing.congestion.sample({ lossRatio, rttMs }, nowMs);
    if (ceiling < before) this.#sheds += 1;
    this.#loss.sample(region, lossRatio, ceiling < topLayer, nowMs);
    for (const pipe of pipes) this.limit(pipe);
  }
}
