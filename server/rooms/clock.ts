/** Time as rooms see it; tests bring their own. */
export interface Clock {
  /** Unix time, ms. */
  now(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  setTimer(task: () => void, delayMs: number): () => void;
}

/** The longest delay `setTimeout` takes; beyond it the task would run at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (task, delayMs) => {
    const timer = setTimeout(task, Math.min(delayMs, longestDelayMs));
    return () => {
      clearTimeout(timer);
    };
  },
};
