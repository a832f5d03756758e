import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so; what it throws counts as not yet. The last reason is told after `limitMs`. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  { limitMs = 20_000, everyMs = 20 }: { limitMs?: number; everyMs?: number } = {},
): Promise<void> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    let reason: unknown = 'it is not so';
    try {
      if (await isSo()) return;
    } catch (error) {
      reason = error;
    }
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms in vain`, { cause: reason });
    await sleep(everyMs);
  }
}
