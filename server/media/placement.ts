/** How busy a worker is. */
export interface WorkerLoad {
  /** Measured share of a core, 0 to 1. */
  cpu: number;
  /** Share expected from what was placed here and is not in the measurement yet. */
  placedCpu: number;
  consumers: number;
  routers: number;
}

/** One router of a room, with the load of the worker it is on. */
export interface ShardLoad extends WorkerLoad {
  receivers: number;
}

export interface ShardLimits {
  viewersPerShard: number;
  cpuCeiling: number;
}

/** Loads within one hundredth of a core are the same: the measurement is no finer. */
function hundredths(load: WorkerLoad): number {
  return Math.round((load.cpu + load.placedCpu) * 100);
}

function compareLoads(one: WorkerLoad, other: WorkerLoad): number {
  return (
    hundredths(one) - hundredths(other) || one.consumers - other.consumers || one.routers - other.routers
  );
}

/** The least loaded by CPU, measured and expected; among equals by consumers, by routers, then the first. */
export function leastLoaded<T extends WorkerLoad>(candidates: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const candidate of candidates) {
    if (best === undefined || compareLoads(candidate, best) < 0) best = candidate;
  }
  return best;
}

/** Where a room's next receiver goes: a shard it has, or a new one when those are full and a worker is free. */
export function placeReceiver<S extends ShardLoad, W extends WorkerLoad>(
  shards: readonly S[],
  freeWorkers: readonly W[],
  limits: ShardLimits,
): { shard: S } | { worker: W } | undefined {
  const roomy = shards.filter(
    (shard) => shard.receivers < limits.viewersPerShard && shard.cpu + shard.placedCpu <= limits.cpuCeiling,
  );
  const shard = leastLoaded(roomy);
  if (shard) return { shard };
  const worker = leastLoaded(freeWorkers);
  const fallback = leastLoaded(shards);
  // A worker as busy as the ones the room is on would only add the cost of a pipe.
  const helps = worker && (!fallback || worker.cpu + worker.placedCpu <= limits.cpuCeiling);
  if (helps) return { worker };
  return fallback ? { shard: fallback } : undefined;
}
