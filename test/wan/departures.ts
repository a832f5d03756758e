/** Runs tasks at their times, at most about 1 ms late and never early: one timer for all of them, however many. */
export class Departures {
  /** By time, and those of one time in the order they came. */
  #waiting: { atMs: number; task: () => void }[] = [];
  #timer: { wakesMs: number; timeout: NodeJS.Timeout } | undefined;

  /** `atMs` as `performance.now()` counts; what is due already runs before this returns. */
  at(atMs: number, task: () => void): void {
    const nowMs = performance.now();
    // Packets mostly leave in the order they come, so the place is near the end.
    const index = this.#waiting.findLastIndex((other) => other.atMs <= atMs) + 1;
    this.#waiting.splice(index, 0, { atMs, task });
    if (this.#waiting[0]!.atMs <= nowMs) this.#run(nowMs);
    this.#wake(nowMs);
  }

  /** Forgets all tasks. */
  clear(): void {
    this.#waiting = [];
    clearTimeout(this.#timer?.timeout);
    this.#timer = undefined;
  }

  #run(nowMs: number): void {
    const later = this.#waiting.findIndex(({ atMs }) => atMs > nowMs);
    const due = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later);
    for (const { task } of due) task();
  }

  #wake(nowMs: number): void {
    const next = this.#waiting[0];
    if (next === undefined || (this.#timer !== undefined && this.#timer.wakesMs <= next.atMs)) return;
    clearTimeout(this.#timer?.timeout);
    // Node cuts fractions off, so it may wake too early by less than 1 ms, and is then set once more.
    const timeout = setTimeout(
      () => {
        this.#timer = undefined;
        const wokenMs = performance.now();
        this.#run(wokenMs);
        this.#wake(wokenMs);
      },
      Math.max(1, next.atMs - nowMs),
    );
    timeout.unref();
    this.#timer = { wakesMs: next.atMs, timeout };
  }
}
