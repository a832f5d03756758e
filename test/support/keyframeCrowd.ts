import type { NodeId } from '../../protocol/network.ts';
import { prepareView } from '../../server/cascade/networkView.ts';
import { planRoom } from '../../server/cascade/roomPlan.ts';
import { KeyframePacing, originPlace } from '../../server/media/keyframePacing.ts';
import { defaultMediaSettings, importedKeyframes } from '../../server/media/mediaSettings.ts';
import { evenCluster, feedFrom } from './clusters.ts';
import { Random } from './random.ts';
import { Simulation } from './simulation.ts';

/** People who come to a show whose feed goes through many nodes. */
export interface KeyframeCrowd {
  joins: number;
  withinMs: number;
  /** Keyframes that get lost on one hop. */
  lostRatio: number;
  /** Whether the origin paces as with pipes to other nodes, or as on a single node. */
  piped: boolean;
}

export interface CrowdOutcome {
  /** When the publisher was asked. */
  asksMs: number[];
  /** What each join waited for its keyframe, in the order they were served. */
  waitsMs: number[];
}

interface Waiting {
  joinedMs: number[];
  pacing: KeyframePacing;
  wakeAtMs: number;
}

const borderMs = 60;
const hopMs = 1;
const publisherMs = 25;

/** People come to all nodes of three regions with twenty nodes each; requests go up the tree, keyframes down. */
export function playCrowd({ joins, withinMs, lostRatio, piped }: KeyframeCrowd, seed: number): CrowdOutcome {
  const random = new Random(seed);
  const simulation = new Simulation();
  const { nodes, links } = evenCluster(3, 20);
  const origin = nodes[0]!;
  const plan = planRoom(prepareView(nodes, links), feedFrom(origin), nodes);
  const delaysMs = new Map(
    plan.map((pull) => [pull.nodeId, pull.region === pull.fromRegion ? hopMs : borderMs]),
  );
  const parents = new Map(plan.map(({ nodeId, from }) => [nodeId, from]));
  const pacingAt = (nodeId: NodeId): KeyframePacing => {
    const { keyframes } = defaultMediaSettings;
    const rttMs = 2 * (delaysMs.get(nodeId) ?? 0);
    const made = new KeyframePacing(
      nodeId === origin.nodeId ? keyframes : importedKeyframes(keyframes, rttMs),
    );
    made.setPiped(piped && (nodeId === origin.nodeId || plan.some(({ from }) => from === nodeId)));
    return made;
  };
  const hops = new Map<NodeId, Waiting>(
    plan.map(({ nodeId }) => [
      nodeId,
      { joinedMs: [], pacing: pacingAt(nodeId), wakeAtMs: Infinity } satisfies Waiting,
    ]),
  );
  const pacing = pacingAt(origin.nodeId);
  const atOrigin: number[] = [];
  const outcome: CrowdOutcome = { asksMs: [], waitsMs: [] };
  let originWakesAtMs = Infinity;

  const serve = (joinedMs: number[]): void => {
    for (const atMs of joinedMs.splice(0)) outcome.waitsMs.push(simulation.nowMs - atMs);
  };
  const passKeyframe = (from: NodeId): void => {
    for (const { nodeId } of plan.filter((pull) => pull.from === from)) {
      if (random.chance(lostRatio)) continue;
      simulation.after(delaysMs.get(nodeId)! + random.next() * 3, () => {
        const hop = hops.get(nodeId)!;
        hop.pacing.keyframe(originPlace, 1, Math.round(simulation.nowMs), simulation.nowMs);
        serve(hop.joinedMs);
        passKeyframe(nodeId);
      });
    }
  };
  const lookAtOrigin = (): void => {
    const { ask, wakeAtMs } = pacing.next(simulation.nowMs);
    if (ask) {
      outcome.asksMs.push(simulation.nowMs);
      simulation.after(publisherMs, () => {
        pacing.keyframe(originPlace, 1, outcome.asksMs.length, simulation.nowMs);
        serve(atOrigin);
        passKeyframe(origin.nodeId);
      });
    }
    if (wakeAtMs === undefined || (originWakesAtMs > simulation.nowMs && originWakesAtMs <= wakeAtMs)) return;
    originWakesAtMs = wakeAtMs;
    simulation.at(wakeAtMs, lookAtOrigin);
  };
  const look = (nodeId: NodeId): void => {
    const hop = hops.get(nodeId)!;
    const { ask, wakeAtMs } = hop.pacing.next(simulation.nowMs);
    if (ask)
      simulation.after(delaysMs.get(nodeId)! + random.next() * 3, () =>
        request(parents.get(nodeId)!, nodeId),
      );
    if (wakeAtMs === undefined || (hop.wakeAtMs > simulation.nowMs && hop.wakeAtMs <= wakeAtMs)) return;
    hop.wakeAtMs = wakeAtMs;
    simulation.at(wakeAtMs, () => look(nodeId));
  };
  const request = (nodeId: NodeId, by: string): void => {
    if (nodeId === origin.nodeId) {
      pacing.ready(by, originPlace, false, simulation.nowMs);
      lookAtOrigin();
      return;
    }
    hops.get(nodeId)!.pacing.ready(by, originPlace, false, simulation.nowMs);
    look(nodeId);
  };
  for (let n = 0; n < joins; n++) {
    const { nodeId } = random.pick(nodes);
    simulation.at(random.next() * withinMs, () => {
      (nodeId === origin.nodeId ? atOrigin : hops.get(nodeId)!.joinedMs).push(simulation.nowMs);
      request(nodeId, `viewer-${n}`);
    });
  }
  simulation.runUntil(withinMs + 20_000);
  return outcome;
}
