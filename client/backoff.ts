const firstCeilingMs = 300;
const secondCeilingMs = 500;
const lastCeilingMs = 8000;

/**
 * How long to wait before an attempt to reconnect. `attempt` counts from 0, `random` is in [0, 1). The first comes
 * almost at once, so that a short cut is hardly seen; later ones spread, so that a crowd does not come back as one.
 */
export function backoffMs(attempt: number, random: number): number {
  if (attempt === 0) return Math.round(random * firstCeilingMs);
  const ceilingMs = Math.min(lastCeilingMs, secondCeilingMs * 2 ** (attempt - 1));
  return Math.round(ceilingMs * (0.5 + random / 2));
}
