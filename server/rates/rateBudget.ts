/** A budget for one family of messages: `burst` at once, refilled at `perSecond`. */
export interface RateBudget {
  burst: number;
  perSecond: number;
}

/** What is left of a budget; a plain value, so that thousands of connections cost no timers. */
export interface BudgetLevel {
  tokens: number;
  atMs: number;
}

export function fullBudget(budget: RateBudget, nowMs: number): BudgetLevel {
  return { tokens: budget.burst, atMs: nowMs };
}

/**
 * Takes one from the level in place, or a `share` of one. Returns 0 when it was there, else the wait until it will be,
 * in ms. `nowMs` is of a clock that never goes back.
 */
export function takeOne(level: BudgetLevel, budget: RateBudget, nowMs: number, share = 1): number {
  refill(level, budget, nowMs);
  if (level.tokens >= share) {
    level.tokens -= share;
    return 0;
  }
  return Math.ceil(((share - level.tokens) / budget.perSecond) * 1000);
}

/** Whether nothing of it is spent, so that there is nothing to remember. */
export function isFull(level: BudgetLevel, budget: RateBudget, nowMs: number): boolean {
  refill(level, budget, nowMs);
  return level.tokens >= budget.burst;
}

function refill(level: BudgetLevel, budget: RateBudget, nowMs: number): void {
  const elapsedMs = Math.max(0, nowMs - level.atMs);
  level.tokens = Math.min(budget.burst, level.tokens + (elapsedMs / 1000) * budget.perSecond);
  level.atMs = nowMs;
}
