/**
 * Load counts in wide steps: half as many rooms for a node that is half full, and so on. Inside a step no room moves,
 * whatever the load does, and a step down moves only rooms of that node.
 */
const steps = [
  { below: 0.5, share: 1 },
  { below: 0.75, share: 0.5 },
  { below: 0.9, share: 0.2 },
  { below: Infinity, share: 0.02 },
] as const;

/** How far a load has to go beyond a step's border before it is told. */
const hold = 0.08;

/** The part of its capacity that a node of this load (0 to 1) counts with. */
export function loadShare(load: number): number {
  return steps[loadStep(load)]?.share ?? 0;
}

/**
 * What a node tells of its load (0 to 1), given what it told last. A load that hovers at a border would move rooms to
 * and fro, so the last value is told on until the load is clearly in another step. The node itself holds it, not those
 * who read: they would each hold another value, and disagree.
 */
export function heldLoad(told: number | undefined, load: number): number {
  if (told === undefined) return load;
  const clearly = loadStep(load - hold) > loadStep(told) || loadStep(load + hold) < loadStep(told);
  return clearly || loadStep(load) === loadStep(told) ? load : told;
}

/** The step of a load (0 to 1): 0 is the lowest of four. */
export function loadStep(load: number): number {
  return steps.findIndex(({ below }) => load < below);
}
