import type { CascadePlan } from './measure/cascade.ts';
import type { CascadePlanPlan } from './measure/cascadePlan.ts';
import type { CpuPlan } from './measure/cpu.ts';
import type { FirstFramePlan } from './measure/firstFrame.ts';
import type { HopPlan } from './measure/hop.ts';
import type { JoinRatePlan } from './measure/joinRate.ts';
import type { KeyframeCrowdPlan } from './measure/keyframeCrowd.ts';
import type { MemoryPlan } from './measure/memory.ts';
import type { RecoveryPlan } from './measure/recovery.ts';

/** How much of everything one run measures; together about half an hour. */
export interface BenchPlan {
  firstFrame: FirstFramePlan;
  joinRate: JoinRatePlan;
  cpu: CpuPlan;
  /** Each system is measured this many times, in turns, so that drift of the machine hits both. */
  cpuTurns: number;
  memory: MemoryPlan;
  recovery: RecoveryPlan;
  cascadePlan: CascadePlanPlan;
  keyframes: KeyframeCrowdPlan;
  hop: HopPlan;
  cascade: CascadePlan;
  ceilingMs: number;
}

const ackCeilingMs = 250;

export const fullPlan: BenchPlan = {
  firstFrame: { turns: 2, quietJoins: 10, quietGapMs: 3300, spacedJoins: 15, burstJoins: 30 },
  joinRate: { rates: [50, 100, 200], stepMs: 3000, stayMs: 1500, ackCeilingMs },
  cpu: { viewers: 40, warmUpMs: 7000, steadyMs: 30_000 },
  cpuTurns: 2,
  memory: { sizes: [50, 150, 250, 350], settleMs: 1000 },
  recovery: { viewers: 4, kills: 8, everyMs: 5000 },
  cascadePlan: { nodes: 500, regions: 30, turns: 200 },
  keyframes: { joins: 10_000, withinMs: 1000, turns: 5 },
  hop: { packets: 3000, everyMs: 4, loadShare: 0.7 },
  cascade: { rttsMs: [80, 200], joins: 10, losses: 6, show: { turns: 6, countMs: 5000 } },
  ceilingMs: 45 * 60_000,
};

export const quickPlan: BenchPlan = {
  firstFrame: { turns: 1, quietJoins: 3, quietGapMs: 500, spacedJoins: 5, burstJoins: 10 },
  joinRate: { rates: [25, 100], stepMs: 1000, stayMs: 500, ackCeilingMs },
  cpu: { viewers: 10, warmUpMs: 2000, steadyMs: 3000 },
  cpuTurns: 1,
  memory: { sizes: [10, 30, 50], settleMs: 500 },
  recovery: { viewers: 2, kills: 2, everyMs: 4000 },
  cascadePlan: { nodes: 500, regions: 30, turns: 20 },
  keyframes: { joins: 10_000, withinMs: 1000, turns: 1 },
  hop: { packets: 500, everyMs: 4, loadShare: 0.7 },
  cascade: { rttsMs: [80], joins: 2, losses: 1, show: { turns: 1, countMs: 3000 } },
  ceilingMs: 6 * 60_000,
};
