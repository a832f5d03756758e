import type { PartContext, PartResult } from './benchParts.ts';
import type { Part } from './benchOptions.ts';
import { cascadeFigures } from './cascadeFigures.ts';
import { measureCascade } from './measure/cascade.ts';
import { measureCascadePlan } from './measure/cascadePlan.ts';
import { measureHop } from './measure/hop.ts';
import { measureKeyframeCrowd } from './measure/keyframeCrowd.ts';
import { hopFigures, keyframeCrowdFigures, planFigures } from './networkFigures.ts';

type NetworkPart = Extract<Part, 'plan' | 'keyframes' | 'hop' | 'cascade'>;

/** The parts about several nodes, for which bare mediasoup has nothing to compare. */
export const measureNetworkPart: Record<NetworkPart, (context: PartContext) => Promise<PartResult>> = {
  plan: ({ plan, progress }) => {
    progress('plans of a large network');
    const measured = measureCascadePlan(plan.cascadePlan);
    return Promise.resolve({ figures: planFigures(plan.cascadePlan, measured), measured });
  },

  keyframes: ({ plan, progress }) => {
    progress('keyframes of a crowd in simulated time');
    const measured = measureKeyframeCrowd(plan.keyframes);
    return Promise.resolve({ figures: keyframeCrowdFigures(plan.keyframes, measured), measured });
  },

  hop: async ({ plan, progress }) => {
    progress('one hop from node to node');
    const measured = await measureHop(plan.hop);
    return { figures: hopFigures(measured), measured };
  },

  cascade: async ({ plan, withBrowser, progress }) => {
    const measured = await withBrowser((browser) => measureCascade(plan.cascade, browser, progress));
    return { figures: cascadeFigures(measured), measured };
  },
};
