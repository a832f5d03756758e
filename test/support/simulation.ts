interface Event {
  atMs: number;
  order: number;
  run: () => void;
}

/** Time that passes as fast as its events run; what is due at one moment runs in the order it was planned. */
export class Simulation {
  nowMs = 0;
  /** A heap, the next event first. */
  readonly #events: Event[] = [];
  #planned = 0;

  after(delayMs: number, run: () => void): void {
    this.at(this.nowMs + delayMs, run);
  }

  at(atMs: number, run: () => void): void {
    const events = this.#events;
    let place = events.push({ atMs, order: this.#planned++, run }) - 1;
    for (let above = (place - 1) >> 1; place > 0 && this.#isBefore(place, above); above = (place - 1) >> 1) {
      this.#swap(place, above);
      place = above;
    }
  }

  runUntil(endMs: number): void {
    for (let next = this.#events[0]; next && next.atMs <= endMs; next = this.#events[0]) {
      this.nowMs = next.atMs;
      this.#dropFirst();
      next.run();
    }
    this.nowMs = endMs;
  }

  #dropFirst(): void {
    const last = this.#events.pop();
    if (!last || this.#events.length === 0) return;
    this.#events[0] = last;
    for (let place = 0; ;) {
      let least = place;
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < this.#events.length && this.#isBefore(below, least)) least = below;
      }
      if (least === place) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#events[one]!, this.#events[other]!];
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    [this.#events[one], this.#events[other]] = [this.#events[other]!, this.#events[one]!];
  }
}

/** The most of these moments, in order of time, within any window of this length. */
export function busiest(momentsMs: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (const [index, atMs] of momentsMs.entries()) {
    while (atMs - momentsMs[first]! >= windowMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
