import type { RateBudget } from './signallingSettings.ts';

/** What is left of a budget; a plain value, so that thousands of connections cost no timers. */
export interface BudgetLevel {
  tokens: number;
  atMs: number;
}

export function fullBudget(budget: RateBudget, nowMs: number): BudgetLevel {
  return { tokens: budget.burst, atMs: nowMs };
}

/** Takes one from the level in place. Returns 0 when it was there, else the wait until it will be, in ms. */
export function takeOne(level: BudgetLevel, budget: RateBudget, nowMs: number): number {
  const refilled = level.tokens + ((nowMs - level.atMs) / 1000) * budget.perSecond;
  level.tokens = Math.min(budget.burst, refilled);
  level.atMs = nowMs;
  if (level.tokens >= 1) {
    level.tokens -= 1;
    return 0;
  }
  return Math.ceil(((1 - level.tokens) / budget.perSecond) * 1000);
}
