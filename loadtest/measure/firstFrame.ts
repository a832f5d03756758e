import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchBrowser, BenchTab } from '../benchTabs.ts';
import type { JoinMarks, JoinOutcome, KeyframeSample } from '../page/benchPage.ts';
import { busiestWindow, percentile, summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import type { System } from '../systems.ts';

export type Pattern = 'quiet' | 'spaced' | 'burst';
export const patterns: readonly Pattern[] = ['quiet', 'spaced', 'burst'];

export interface FirstFrameResult {
  pattern: Pattern;
  firstFrameMs: Summary;
  /** Every join in the order they came; NaN where no picture came. */
  samplesMs: number[];
  errors: string[];
  /** The most keyframes of any one layer that the publisher encoded within ten seconds, divided by ten. */
  keyframesPerSecond: number;
  /** Median moments of a join, ms after its start; joins of the burst run together and have none. */
  marks: JoinMarks;
}

export interface FirstFramePlan {
  /** Each system is measured this many times, in turns; all counts below are for one turn. */
  turns: number;
  quietJoins: number;
  quietGapMs: number;
  spacedJoins: number;
  burstJoins: number;
}

/** What one turn saw of one pattern. */
export interface FirstFrameTurn {
  pattern: Pattern;
  outcomes: JoinOutcome[];
  keyframes: KeyframeSample[];
}

const settleMs = 2500;
const burstMs = 1000;
const keyframeWindowMs = 10_000;

/** One publisher, and viewers who come in each of the three patterns. */
export async function measureFirstFrame(
  browser: BenchBrowser,
  system: System,
  plan: FirstFramePlan,
  random: () => number,
): Promise<FirstFrameTurn[]> {
  const room = 'first-frame';
  const host = await browser.openTab();
  await host.startHost(system, room);
  await sleep(settleMs);
  const turns: FirstFrameTurn[] = [];
  for (const pattern of patterns) {
    const viewers = await browser.openTab();
    await host.keyframes();
    const outcomes = await joinsOf(pattern)(viewers, system, room, plan, random);
    await sleep(settleMs);
    turns.push({ pattern, outcomes, keyframes: await host.keyframes() });
    await viewers.close();
  }
  await host.close();
  return turns;
}

/** All turns of one system together, a result for each pattern. */
export function firstFrameResults(turns: readonly FirstFrameTurn[]): FirstFrameResult[] {
  return patterns.map((pattern) => {
    const own = turns.filter((turn) => turn.pattern === pattern);
    const outcomes = own.flatMap((turn) => turn.outcomes);
    const samplesMs = outcomes.map((outcome) => outcome.firstFrameMs ?? NaN);
    return {
      pattern,
      firstFrameMs: summarize(samplesMs.filter((ms) => !Number.isNaN(ms))),
      samplesMs,
      errors: outcomes.flatMap((outcome) => outcome.error ?? []),
      keyframesPerSecond: Math.max(...own.map(({ keyframes }) => busiestKeyframes(keyframes))),
      marks: pattern === 'burst' ? {} : medianMarks(outcomes.map((outcome) => outcome.marks)),
    };
  });
}

type Joins = (
  tab: BenchTab,
  system: System,
  room: string,
  plan: FirstFramePlan,
  random: () => number,
) => Promise<JoinOutcome[]>;

function joinsOf(pattern: Pattern): Joins {
  switch (pattern) {
    case 'quiet':
      return quietJoins;
    case 'spaced':
      return spacedJoins;
    case 'burst':
      return burstJoins;
    default:
      return pattern satisfies never;
  }
}

/** Each viewer has just loaded the page, and is alone with the publisher. */
const quietJoins: Joins = async (tab, system, room, plan) => {
  const outcomes: JoinOutcome[] = [];
  for (let join = 0; join < plan.quietJoins; join++) {
    await tab.reload();
    await sleep(plan.quietGapMs);
    outcomes.push(...(await tab.startViewers(system, room, { gapsMs: [0], render: true, stayMs: 0 })));
  }
  return outcomes;
};

/** A viewer every 300 to 1000 ms, each of whom stays for two seconds. */
const spacedJoins: Joins = (tab, system, room, plan, random) => {
  const gapsMs = Array.from({ length: plan.spacedJoins }, () => 300 + 700 * random());
  return tab.startViewers(system, room, { gapsMs, render: true, stayMs: 2000 });
};

/** Everybody within one second, at random moments; nothing is decoded, or the machine would measure its decoders. */
const burstJoins: Joins = (tab, system, room, plan, random) => {
  const atMs = Array.from({ length: plan.burstJoins }, () => burstMs * random()).sort(
    (one, two) => one - two,
  );
  const gapsMs = atMs.map((at, index) => at - (atMs[index - 1] ?? 0));
  return tab.startViewers(system, room, { gapsMs, render: false, stayMs: 2000 });
};

/** Keyframes a second of the busiest layer, over its busiest ten seconds. */
function busiestKeyframes(samples: readonly KeyframeSample[]): number {
  const layers = new Set(samples.flatMap((sample) => Object.keys(sample.byLayer)));
  const busiest = [...layers].map((layer) =>
    busiestWindow(
      samples.map(({ atMs, byLayer }) => ({ atMs, total: byLayer[layer] ?? 0 })),
      keyframeWindowMs,
    ),
  );
  return (Math.max(0, ...busiest) / keyframeWindowMs) * 1000;
}

function medianMarks(all: readonly JoinMarks[]): JoinMarks {
  const names = new Set(all.flatMap((marks) => Object.keys(marks) as (keyof JoinMarks)[]));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      percentile(
        all.flatMap((marks) => marks[name] ?? []),
        0.5,
      ),
    ]),
  );
}
