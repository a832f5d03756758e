import type { BenchBrowser } from './benchTabs.ts';
import type { BenchPlan } from './benchPlan.ts';
import type { Part } from './benchOptions.ts';
import {
  cpuFigures,
  firstFrameFigures,
  joinFigures,
  memoryFigures,
  recoveryFigures,
  traceFigures,
} from './benchFigures.ts';
import type { BothSystems } from './benchFigures.ts';
import type { Figure } from './figures.ts';
import { measureCpu } from './measure/cpu.ts';
import type { CpuResult } from './measure/cpu.ts';
import { firstFrameResults, measureFirstFrame } from './measure/firstFrame.ts';
import type { FirstFrameTurn } from './measure/firstFrame.ts';
import { measureJoinRate } from './measure/joinRate.ts';
import { measureRoomMemory, measureViewerMemory } from './measure/memory.ts';
import { measureRecovery } from './measure/recovery.ts';
import { measureNetworkPart } from './networkParts.ts';
import { seededRandom } from './statistics.ts';
import { systemKinds, withSystem } from './systems.ts';
import type { System } from './systems.ts';

export interface PartContext {
  plan: BenchPlan;
  /** Also say where the milliseconds go. */
  trace: boolean;
  /** Runs `use` with a browser of its own. */
  withBrowser<T>(use: (browser: BenchBrowser) => Promise<T>): Promise<T>;
  progress(text: string): void;
}

/** The figures of one part, and everything they were worked out from. */
export interface PartResult {
  figures: Figure[];
  measured: unknown;
}

export const measurePart: Record<Part, (context: PartContext) => Promise<PartResult>> = {
  ttff: async (context) => {
    const { firstFrame } = context.plan;
    const turns: BothSystems<FirstFrameTurn[]> = { tributary: [], bare: [] };
    for (let turn = 0; turn < firstFrame.turns; turn++) {
      const seen = await withBoth(context, `first frame, turn ${turn + 1}`, (system) =>
        context.withBrowser((browser) =>
          // The same seed for both: viewers come at the same moments.
          measureFirstFrame(browser, system, firstFrame, seededRandom(turn)),
        ),
      );
      for (const kind of systemKinds) turns[kind].push(...seen[kind]);
    }
    const measured = { tributary: firstFrameResults(turns.tributary), bare: firstFrameResults(turns.bare) };
    const figures = firstFrameFigures(measured);
    if (context.trace) figures.push(...traceFigures(measured));
    return { figures, measured };
  },

  joins: async (context) => {
    const measured = await withBoth(context, 'joins', async (system) => [
      await measureJoinRate(system, 0, context.plan.joinRate),
      await measureJoinRate(system, 2, context.plan.joinRate),
    ]);
    return { figures: joinFigures(measured), measured };
  },

  cpu: async (context) => {
    const measured: BothSystems<CpuResult[]> = { tributary: [], bare: [] };
    for (let turn = 0; turn < context.plan.cpuTurns; turn++) {
      const results = await withBoth(context, `CPU, turn ${turn + 1}`, (system) =>
        context.withBrowser((browser) => measureCpu(browser, system, context.plan.cpu)),
      );
      for (const kind of systemKinds) measured[kind].push(results[kind]);
    }
    return { figures: cpuFigures(measured), measured };
  },

  memory: async (context) => {
    const { memory } = context.plan;
    const measured = {
      watching: await withBoth(context, 'memory of viewers with feeds', (one) =>
        measureViewerMemory(one, 2, memory),
      ),
      waiting: await withBoth(context, 'memory of viewers without feeds', (one) =>
        measureViewerMemory(one, 0, memory),
      ),
      rooms: await withBoth(context, 'memory of rooms', (one) => measureRoomMemory(one, memory)),
    };
    return { figures: memoryFigures(measured), measured };
  },

  recovery: async ({ plan, progress }) => {
    progress('recovery from a killed worker');
    const measured = await measureRecovery(plan.recovery);
    return { figures: recoveryFigures(measured), measured };
  },

  ...measureNetworkPart,
};

/** Measures each system in turn, on a server that was started for it alone. */
async function withBoth<T>(
  { progress }: PartContext,
  what: string,
  measure: (system: System) => Promise<T>,
): Promise<BothSystems<T>> {
  progress(`${what}: Tributary`);
  const tributary = await withSystem('tributary', measure);
  progress(`${what}: bare mediasoup`);
  return { tributary, bare: await withSystem('bare', measure) };
}
