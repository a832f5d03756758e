import type { Figure } from './figures.ts';
import type { CascadePlanPlan, CascadePlanResult } from './measure/cascadePlan.ts';
import type { KeyframeCrowdPlan, KeyframeCrowdResult } from './measure/keyframeCrowd.ts';
import type { Summary } from './statistics.ts';

export function planFigures({ nodes, regions }: CascadePlanPlan, result: CascadePlanResult): Figure[] {
  const group = `Planning a room on ${nodes} nodes in ${regions} regions`;
  return [
    ...medianAndP95(group, 'the whole tree', result.fullPlanMs, 50),
    ...medianAndP95(group, "one node's news", result.oneChangeMs, 1),
    ...medianAndP95(group, "one node's news, the whole tree anew", result.oneChangePlannedMs),
  ];
}

export function keyframeCrowdFigures(plan: KeyframeCrowdPlan, result: KeyframeCrowdResult): Figure[] {
  const joins = `${plan.joins.toLocaleString('en')} joins in ${plan.withinMs / 1000} s`;
  const group = `Keyframes, ${joins} at 60 nodes (simulated)`;
  return [
    {
      group,
      name: 'requests at the publisher, busiest second',
      unit: '/s',
      tributary: { value: result.busiestSecond },
      aim: { atMost: 3 },
    },
    ...medianAndP95(group, 'wait for a keyframe', result.waitsMs),
    {
      group,
      name: 'joins without a keyframe',
      unit: '',
      tributary: { value: result.unserved },
      aim: { atMost: 0 },
    },
  ];
}

/** Two lines; the aim, in milliseconds, is on the second. */
function medianAndP95(group: string, name: string, { p50, p95 }: Summary, atMost?: number): Figure[] {
  return [
    { group, name: `${name}, p50`, unit: 'ms', tributary: { value: p50 } },
    {
      group,
      name: `${name}, p95`,
      unit: 'ms',
      tributary: { value: p95 },
      ...(atMost !== undefined && { aim: { atMost } }),
    },
  ];
}
