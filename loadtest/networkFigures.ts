import type { Figure } from './figures.ts';
import type { CascadePlanPlan, CascadePlanResult } from './measure/cascadePlan.ts';
import type { HopResult, HopSample } from './measure/hop.ts';
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

export function hopFigures({ idle, sharedCore, eachBusy }: HopResult): Figure[] {
  return [
    ...hopSample('idle', idle, { p50: 0.3, p99: 2 }),
    ...hopSample("the workers' core busy", sharedCore, { p50: 0.3, p99: 2 }),
    ...hopSample('each worker busy', eachBusy),
  ];
}

function hopSample(name: string, sample: HopSample, aims?: { p50: number; p99: number }): Figure[] {
  const group = `One hop more, ${name}`;
  const line = (text: string, unit: string, value: number, atMost?: number): Figure => ({
    group,
    name: text,
    unit,
    tributary: { value },
    ...(atMost !== undefined && { aim: { atMost } }),
  });
  return [
    line('added to a packet, p50', 'ms', sample.addedMs.p50, aims?.p50),
    line('added to a packet, p99', 'ms', sample.addedMs.p99, aims?.p99),
    line('through one node, p50', 'ms', sample.oneNodeMs.p50),
    line('through two nodes, p50', 'ms', sample.twoNodesMs.p50),
    line('packets lost', '', sample.lost),
    line("first node's worker", 'cores', sample.originLoad),
    line("second node's worker", 'cores', sample.edgeLoad),
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
