import type { Figure, Measured } from './figures.ts';
import type { CpuResult } from './measure/cpu.ts';
import { patterns } from './measure/firstFrame.ts';
import type { FirstFrameResult, Pattern } from './measure/firstFrame.ts';
import type { JoinRateResult } from './measure/joinRate.ts';
import type { MemorySlope } from './measure/memory.ts';
import type { RecoveryResult } from './measure/recovery.ts';
import type { JoinMarks } from './page/benchPage.ts';
import { percentile } from './statistics.ts';
import type { SystemKind } from './systems.ts';

export type BothSystems<T> = Record<SystemKind, T>;

const patternNames: Record<Pattern, string> = {
  quiet: 'one viewer, quiet room',
  spaced: 'a viewer every 300 to 1000 ms',
  burst: 'a burst within one second',
};

export function firstFrameFigures(results: BothSystems<FirstFrameResult[]>): Figure[] {
  return patterns.flatMap((pattern) => {
    const of = (choose: (result: FirstFrameResult) => number): BothSystems<Measured> =>
      both(results, (list) => list.filter((one) => one.pattern === pattern).map(choose));
    const group = `First frame, ${patternNames[pattern]}`;
    return [
      { group, name: 'p50', unit: 'ms', ...of((one) => one.firstFrameMs.p50), aim: { atMost: 150 } },
      { group, name: 'p95', unit: 'ms', ...of((one) => one.firstFrameMs.p95), aim: { atMost: 300 } },
      { group, name: 'p99', unit: 'ms', ...of((one) => one.firstFrameMs.p99) },
      {
        group,
        name: 'viewers without a picture',
        unit: '',
        ...of((one) => one.errors.length),
        aim: { atMost: 0 },
      },
      {
        group,
        name: 'keyframes, busiest 10 s',
        unit: '/s',
        ...of((one) => one.keyframesPerSecond),
        aim: { atMost: 3 },
      },
    ];
  });
}

const markNames: Record<keyof JoinMarks, string> = {
  socketOpen: 'socket open',
  asked: 'join sent',
  answered: 'join answered',
  connectionMade: 'peer connection made',
  offered: 'media described to it',
  described: 'answered by it',
  candidate: 'first own address',
  iceConnected: 'ICE connected',
  dtlsConnected: 'DTLS connected',
  received: 'first picture received',
};

/** Median moments on the way to the first frame, where joins can be told apart. */
export function traceFigures(results: BothSystems<FirstFrameResult[]>): Figure[] {
  return (['quiet', 'spaced'] as const).flatMap((pattern) => {
    const of = (choose: (result: FirstFrameResult) => number): BothSystems<Measured> =>
      both(results, (list) => list.filter((one) => one.pattern === pattern).map(choose));
    const group = `Until the first frame, ${patternNames[pattern]} (medians)`;
    const marks = Object.entries(markNames).map(([mark, name]) => ({
      group,
      name,
      unit: 'ms',
      ...of((one) => one.marks[mark as keyof JoinMarks] ?? NaN),
    }));
    return [...marks, { group, name: 'first frame', unit: 'ms', ...of((one) => one.firstFrameMs.p50) }];
  });
}

export function joinFigures(results: BothSystems<JoinRateResult[]>): Figure[] {
  return ([0, 2] as const).flatMap((feeds) => {
    const of = (choose: (result: JoinRateResult) => number): BothSystems<Measured> =>
      both(results, (list) => list.filter((one) => one.feeds === feeds).map(choose));
    const at = (
      rate: number,
      choose: (step: JoinRateResult['steps'][number]) => number,
    ): BothSystems<Measured> =>
      of((result) => result.steps.filter((step) => step.rate === rate).map(choose)[0] ?? NaN);
    const group = feeds === 0 ? 'Joins, room without feeds' : 'Joins, room with two feeds';
    return [
      {
        group,
        name: 'sustained (answers p95 ≤ 250 ms)',
        unit: '/s',
        ...of((one) => one.sustainedPerSecond),
        aim: { atLeast: 100 },
      },
      { group, name: 'answer at 100/s, p50', unit: 'ms', ...at(100, (step) => step.ackMs.p50) },
      { group, name: 'answer at 100/s, p95', unit: 'ms', ...at(100, (step) => step.ackMs.p95) },
      { group, name: 'socket and answer at 100/s, p95', unit: 'ms', ...at(100, (step) => step.totalMs.p95) },
      { group, name: 'Node at 100/s', unit: 'cores', ...at(100, (step) => step.nodeCores) },
      { group, name: 'workers at 100/s', unit: 'cores', ...at(100, (step) => step.workerCores) },
    ];
  });
}

/** Whoever sends more packets uses more CPU: beyond this difference, the cost of two viewers says nothing. */
const comparableTraffic = 0.05;

export function cpuFigures(results: BothSystems<CpuResult[]>): Figure[] {
  const group = `Steady state, ${results.tributary[0]?.viewers ?? 0} viewers`;
  const of = (choose: (result: CpuResult) => number): BothSystems<Measured> =>
    both(results, (list) => list.map(choose));
  const worker = of((one) => one.workerMsPerViewerSecond);
  const packet = of((one) => one.workerMsPerThousandPackets);
  const againstBare = (measured: BothSystems<Measured>): Measured => ({
    value: (measured.tributary.value / measured.bare.value) * 100,
  });
  const traffic = of((one) => one.packetsPerViewerSecond);
  const comparable = Math.abs(traffic.tributary.value / traffic.bare.value - 1) <= comparableTraffic;
  return [
    { group, name: 'worker CPU per viewer-second', unit: 'ms', ...worker },
    {
      group,
      name: comparable ? 'the same, of bare' : 'the same, of bare (traffic differs: no verdict)',
      unit: '%',
      tributary: againstBare(worker),
      ...(comparable && { aim: { atMost: 105 } }),
    },
    { group, name: 'worker CPU per 1000 packets', unit: 'ms', ...packet },
    { group, name: 'the same, of bare', unit: '%', tributary: againstBare(packet) },
    { group, name: 'Node CPU per viewer-second', unit: 'ms', ...of((one) => one.nodeMsPerViewerSecond) },
    {
      group,
      name: "Node's CPU, of the workers'",
      unit: '%',
      ...of((one) => one.nodeShareOfWorkers * 100),
      aim: { atMost: 10 },
    },
    { group, name: 'received per viewer', unit: 'kbit/s', ...of((one) => one.kbpsPerViewer) },
    { group, name: 'received per viewer', unit: 'packets/s', ...traffic },
    {
      group,
      name: 'viewers reached by TCP only',
      unit: '',
      ...of((one) => one.tcpViewers),
      aim: { atMost: 0 },
    },
    {
      group,
      name: 'memory per viewer, media flowing',
      unit: 'KiB',
      ...of((one) => one.nodeKiBPerViewer + one.workersKiBPerViewer),
    },
    { group, name: 'browser, publisher and viewers', unit: 'cores', ...of((one) => one.browserCores) },
  ];
}

export interface MemoryResults {
  /** Viewers in one room with two feeds, in one without, and alone in a room each. */
  watching: BothSystems<MemorySlope>;
  waiting: BothSystems<MemorySlope>;
  rooms: BothSystems<MemorySlope>;
}

export function memoryFigures({ watching, waiting, rooms }: MemoryResults): Figure[] {
  const group = 'Memory (slope)';
  const of = (choose: (kind: SystemKind) => number): BothSystems<Measured> => ({
    tributary: { value: choose('tributary') },
    bare: { value: choose('bare') },
  });
  return [
    { group, name: 'viewer of two feeds, Node', unit: 'KiB', ...of((kind) => watching[kind].nodeKiB) },
    { group, name: 'viewer of two feeds, worker', unit: 'KiB', ...of((kind) => watching[kind].workersKiB) },
    { group, name: 'viewer of no feeds, Node', unit: 'KiB', ...of((kind) => waiting[kind].nodeKiB) },
    { group, name: 'viewer of no feeds, worker', unit: 'KiB', ...of((kind) => waiting[kind].workersKiB) },
    {
      group,
      name: 'empty room, Node',
      unit: 'KiB',
      ...of((kind) => rooms[kind].nodeKiB - waiting[kind].nodeKiB),
    },
    {
      group,
      name: 'empty room, worker',
      unit: 'KiB',
      ...of((kind) => rooms[kind].workersKiB - waiting[kind].workersKiB),
    },
  ];
}

function both<T>(results: BothSystems<T[]>, values: (list: T[]) => number[]): BothSystems<Measured> {
  return { tributary: measuredOf(values(results.tributary)), bare: measuredOf(values(results.bare)) };
}

function measuredOf(values: readonly number[]): Measured {
  if (values.length === 1) return { value: values[0] ?? NaN };
  const middle = values.length % 2 === 0 ? meanOfMiddle(values) : percentile(values, 0.5);
  return { value: middle, low: Math.min(...values), high: Math.max(...values) };
}

function meanOfMiddle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return ((sorted[values.length / 2 - 1] ?? NaN) + (sorted[values.length / 2] ?? NaN)) / 2;
}

export function recoveryFigures(result: RecoveryResult): Figure[] {
  const group = 'Picture stands still when a worker is killed';
  return [
    { group, name: 'p50', unit: 'ms', tributary: { value: result.stillMs.p50 } },
    { group, name: 'p95', unit: 'ms', tributary: { value: result.stillMs.p95 }, aim: { atMost: 2000 } },
    {
      group,
      name: 'pictures that did not come back',
      unit: '',
      tributary: { value: result.lost },
      aim: { atMost: 0 },
    },
    { group, name: 'longest other freeze, p95', unit: 'ms', tributary: { value: result.otherMs.p95 } },
    { group, name: 'the same with no kill, p95', unit: 'ms', tributary: { value: result.withoutKillMs.p95 } },
  ];
}
