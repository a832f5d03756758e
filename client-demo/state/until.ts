import type { ReadonlySignal } from '@preact/signals';

/** Resolves once a signal's value is as wished, or when `ceilingMs` have passed. */
export async function until<T>(
  signal: ReadonlySignal<T>,
  isWished: (value: T) => boolean,
  ceilingMs: number,
): Promise<void> {
  if (isWished(signal.peek())) return;
  await new Promise<void>((resolve) => {
    const late = setTimeout(done, ceilingMs);
    const stop = signal.subscribe((value) => isWished(value) && done());
    function done(): void {
      clearTimeout(late);
      resolve();
      queueMicrotask(() => stop());
    }
  });
}
