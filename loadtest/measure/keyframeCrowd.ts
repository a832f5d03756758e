import { playCrowd } from '../../test/support/keyframeCrowd.ts';
import { busiest } from '../../test/support/simulation.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

export interface KeyframeCrowdPlan {
  joins: number;
  withinMs: number;
  /** The crowd comes so often, each time to other nodes at other moments. */
  turns: number;
}

export interface KeyframeCrowdResult {
  /** Requests at the publisher within any second, in the worst of the turns. */
  busiestSecond: number;
  waitsMs: Summary;
  /** Joins that never got a keyframe. */
  unserved: number;
}

/** A crowd that joins at sixty nodes of three regions at once, in simulated time: what the publisher and the crowd notice. */
export function measureKeyframeCrowd({ joins, withinMs, turns }: KeyframeCrowdPlan): KeyframeCrowdResult {
  const outcomes = Array.from({ length: turns }, (_, turn) =>
    playCrowd({ joins, withinMs, lostRatio: 0, piped: true }, turn + 1),
  );
  const waitsMs = outcomes.flatMap((outcome) => outcome.waitsMs);
  return {
    busiestSecond: Math.max(...outcomes.map(({ asksMs }) => busiest(asksMs, 1000))),
    waitsMs: summarize(waitsMs),
    unserved: joins * turns - waitsMs.length,
  };
}
