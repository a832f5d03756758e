/** The time from `connect()` to the first picture, once. */
export class FirstFrame {
  readonly #startedMs: number;
  readonly #announce: (elapsedMs: number) => void;
  elapsedMs: number | undefined;

  /** `startedMs` is on the clock of `performance.now()`. */
  constructor(startedMs: number, announce: (elapsedMs: number) => void) {
    this.#startedMs = startedMs;
    this.#announce = announce;
  }

  /** Waits for the next picture this element puts on screen. */
  watch(element: HTMLVideoElement): void {
    if (this.elapsedMs !== undefined) return;
    // Missing in older browsers, whatever the compiler thinks.
    if ('requestVideoFrameCallback' in element) element.requestVideoFrameCallback(() => this.seen());
    else (element as HTMLVideoElement).addEventListener('loadeddata', () => this.seen(), { once: true });
  }

  seen(): void {
    if (this.elapsedMs !== undefined) return;
    this.elapsedMs = performance.now() - this.#startedMs;
    this.#announce(this.elapsedMs);
  }
}
