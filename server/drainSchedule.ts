/** Somebody who is still here while the node takes leave of its people. */
export interface Guest {
  onStage: boolean;
  /** When he was told to go; undefined where he was not. */
  toldAtMs: number | undefined;
}

/** Who has not gone so long after he was told is told again, and holds nobody up. */
const goingMs = 8000;

/**
 * Whom to tell next that he is to go to another node: the audience first, `atMost` at a time, since nobody sees it
 * leave; then the stage, one after another, since everybody sees when that goes wrong.
 */
export function nextToMove<G extends Guest>(guests: readonly G[], nowMs: number, atMost: number): G[] {
  const isGoing = ({ toldAtMs }: G): boolean => toldAtMs !== undefined && nowMs - toldAtMs < goingMs;
  const waiting = guests.filter((guest) => !isGoing(guest)).sort(notToldFirst);
  const audience = waiting.filter(({ onStage }) => !onStage);
  if (audience.length > 0) return audience.slice(0, atMost);
  return guests.some(isGoing) ? [] : waiting.slice(0, 1);
}

function notToldFirst(one: Guest, other: Guest): number {
  return (one.toldAtMs ?? -Infinity) - (other.toldAtMs ?? -Infinity) || 0;
}
