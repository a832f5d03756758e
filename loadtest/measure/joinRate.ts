import { setTimeout as sleep } from 'node:timers/promises';
import { joinBot, publishSilently } from '../joinBots.ts';
import { serverCost } from '../processCost.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import type { System } from '../systems.ts';

export interface JoinRateStep {
  /** Joins begun in each second, whatever becomes of those before. */
  rate: number;
  ackMs: Summary;
  totalMs: Summary;
  errors: string[];
  /** Cores' worth of CPU the server used meanwhile. */
  nodeCores: number;
  workerCores: number;
  sustained: boolean;
}

export interface JoinRateResult {
  feeds: 0 | 2;
  steps: JoinRateStep[];
  /** The highest rate at which nothing failed and the p95 of the answer stayed in bounds; 0 when none did. */
  sustainedPerSecond: number;
}

export interface JoinRatePlan {
  rates: readonly number[];
  stepMs: number;
  /** How long each viewer stays; leaving is part of the load. */
  stayMs: number;
  ackCeilingMs: number;
}

/** Joins viewers into one room at rising rates until the answers come too late or not at all. */
export async function measureJoinRate(
  system: System,
  feeds: 0 | 2,
  plan: JoinRatePlan,
): Promise<JoinRateResult> {
  const room = `join-rate-${feeds}`;
  const unpublish = feeds > 0 ? await publishSilently(system, room) : undefined;
  const steps: JoinRateStep[] = [];
  await joinAtRate(system, room, { ...plan, stepMs: 1000 }, 20); // both sides warm up
  for (const rate of plan.rates) {
    const step = await joinAtRate(system, room, plan, rate);
    steps.push(step);
    if (!step.sustained) break;
  }
  await unpublish?.();
  const sustained = steps.filter((step) => step.sustained).map((step) => step.rate);
  return { feeds, steps, sustainedPerSecond: Math.max(0, ...sustained) };
}

async function joinAtRate(
  system: System,
  room: string,
  plan: JoinRatePlan,
  rate: number,
): Promise<JoinRateStep> {
  const count = Math.round((rate * plan.stepMs) / 1000);
  const tokens = await system.tokens(room, 'viewer', count);
  const acks: number[] = [];
  const totals: number[] = [];
  const errors: string[] = [];
  const visit = async (token: string): Promise<void> => {
    try {
      const bot = await joinBot(system, room, token);
      acks.push(bot.ackMs);
      totals.push(bot.totalMs);
      await sleep(plan.stayMs);
      await bot.leave();
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  };
  const before = serverCost(system.pid);
  const visits: Promise<void>[] = [];
  for (const [index, token] of tokens.entries()) {
    const waitMs = before.atMs + (index * 1000) / rate - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    visits.push(visit(token));
  }
  const after = serverCost(system.pid);
  await Promise.all(visits);
  const ackMs = summarize(acks);
  const elapsedMs = after.atMs - before.atMs;
  // Where the machine cannot even begin joins at this rate, it did not sustain it.
  const kept = elapsedMs <= plan.stepMs * 1.1;
  return {
    rate,
    ackMs,
    totalMs: summarize(totals),
    errors: [...new Set(errors)],
    nodeCores: (after.nodeCpuMs - before.nodeCpuMs) / elapsedMs,
    workerCores: (after.workersCpuMs - before.workersCpuMs) / elapsedMs,
    sustained: kept && errors.length === 0 && ackMs.p95 <= plan.ackCeilingMs,
  };
}
