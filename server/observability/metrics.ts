import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ErrorCode } from '../../protocol/errors.ts';
import { roles } from '../../protocol/roles.ts';
import type { Role } from '../../protocol/roles.ts';
import type { WorkerStatus } from '../media/mediaTypes.ts';
import { addNetworkMetrics } from './networkMetrics.ts';
import type { NetworkMetricSources, NetworkMetrics } from './networkMetrics.ts';

const prefix = 'tributary_';

/** The present state, read at each scrape. */
export interface MetricSources extends NetworkMetricSources {
  rooms(): number;
  participants(): Record<Role, number>;
  sockets(): number;
  workers(): WorkerStatus[];
}

/** How a publisher is asked for a keyframe: by message to its page, or by RTCP. */
export type KeyframePath = 'message' | 'pli';

/** What one node measures of itself. Labels are from closed lists; no room and no person is ever one. */
export interface Metrics extends NetworkMetrics {
  registry: Registry;
  joined(result: 'ok' | ErrorCode, seconds: number): void;
  refused(reason: ErrorCode): void;
  cut(reason: string): void;
  firstFrame(seconds: number): void;
  keyframeRequested(path: KeyframePath): void;
}

/** Makes the metrics of one node in a registry of their own, with the process's (CPU, memory, event-loop lag). */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix });
  addStateGauges(sources, registers);
  addWorkerMetrics(sources, registers);
  const network = addNetworkMetrics(sources, registers);

  const joins = new Counter({
    name: `${prefix}joins_total`,
    help: 'Joins by result.',
    labelNames: ['result'],
    registers,
  });
  const joinSeconds = new Histogram({
    name: `${prefix}join_seconds`,
    help: 'From the join message to its answer.',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    registers,
  });
  const firstFrameSeconds = new Histogram({
    name: `${prefix}first_frame_seconds`,
    help: 'From the start of connecting to the first frame on screen, as told by clients.',
    buckets: [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5],
    registers,
  });
  const refusals = new Counter({
    name: `${prefix}refusals_total`,
    help: 'Requests and messages refused, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const cuts = new Counter({
    name: `${prefix}connections_cut_total`,
    help: 'Connections ended without a word, since they did not read or answer what they were sent, or entered twice.',
    labelNames: ['reason'],
    registers,
  });
  const keyframes = new Counter({
    name: `${prefix}keyframe_requests_total`,
    help: 'Requests for a keyframe sent to publishers, by the way they went. One is for all layers of a feed.',
    labelNames: ['path'],
    registers,
  });

  return {
    ...network,
    registry,
    joined(result, seconds) {
      joins.inc({ result });
      if (result === 'ok') joinSeconds.observe(seconds);
    },
    refused: (reason) => refusals.inc({ reason }),
    cut: (reason) => cuts.inc({ reason }),
    firstFrame: (seconds) => firstFrameSeconds.observe(seconds),
    keyframeRequested: (path) => keyframes.inc({ path }),
  };
}

function addStateGauges(sources: MetricSources, registers: Registry[]): void {
  new Gauge({
    name: `${prefix}rooms`,
    help: 'Rooms with somebody in them.',
    registers,
    collect() {
      this.set(sources.rooms());
    },
  });
  new Gauge({
    name: `${prefix}participants`,
    help: 'Participants by role.',
    labelNames: ['role'],
    registers,
    collect() {
      const counts = sources.participants();
      for (const role of roles) this.set({ role }, counts[role]);
    },
  });
  new Gauge({
    name: `${prefix}sockets`,
    help: 'Open signalling connections.',
    registers,
    collect() {
      this.set(sources.sockets());
    },
  });
}

function addWorkerMetrics(sources: MetricSources, registers: Registry[]): void {
  for (const what of ['producers', 'consumers'] as const) {
    new Gauge({
      name: `${prefix}${what}`,
      help: `mediasoup ${what} by kind, those of pipes between workers included.`,
      labelNames: ['kind'],
      registers,
      collect() {
        const workers = sources.workers();
        for (const kind of ['audio', 'video'] as const) {
          this.set(
            { kind },
            workers.reduce((sum, worker) => sum + worker[what][kind], 0),
          );
        }
      },
    });
  }
  new Gauge({
    name: `${prefix}worker_cpu_ratio`,
    help: 'Share of one core a worker used over its last sample.',
    labelNames: ['worker'],
    registers,
    collect() {
      this.reset();
      for (const { slot, cpu } of sources.workers()) this.set({ worker: slot }, cpu);
    },
  });
  new Counter({
    name: `${prefix}worker_cpu_seconds_total`,
    help: 'CPU seconds of a worker; starts again where a worker was replaced.',
    labelNames: ['worker'],
    registers,
    collect() {
      this.reset();
      for (const { slot, cpuSeconds } of sources.workers()) this.inc({ worker: slot }, cpuSeconds);
    },
  });
}
