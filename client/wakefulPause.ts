/** A pause that ends early when the network or the person comes back. */
export class WakefulPause {
  #wake: (() => void) | undefined;
  readonly #watch = new AbortController();

  constructor() {
    const { signal } = this.#watch;
    const wake = (): void => this.wake();
    addEventListener('online', wake, { signal });
    addEventListener('pageshow', wake, { signal });
    document.addEventListener('resume', wake, { signal });
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'visible') wake();
      },
      { signal },
    );
  }

  async for(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  wake(): void {
    this.#wake?.();
  }

  close(): void {
    this.#watch.abort();
    this.wake();
  }
}
