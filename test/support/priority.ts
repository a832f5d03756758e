import { setPriority } from 'node:os';

/**
 * Browsers beside them, on the same few cores, are not what servers have to live with: they, and the roads between them,
 * come first where the system lets us. Processes that are started meanwhile have the same.
 */
export function comeFirst(first: boolean): void {
  try {
    setPriority(0, first ? -10 : 0);
  } catch {
    // Only an administrator may; the tests then need more cores.
  }
}
