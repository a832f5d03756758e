import type { Logger } from 'pino';
import { nodeIdSchema } from '../protocol/network.ts';
import type { NodeId } from '../protocol/network.ts';
import { createLog } from './observability/log.ts';
import { startNode } from './node.ts';
import type { TributaryNode } from './node.ts';
import { openNetwork, sharedMemory } from './nodeNetwork.ts';
import { devNodeName } from './settings/devDefaults.ts';
import type { Settings } from './settings/settingsTable.ts';

/** The settings of each node that these settings start in this process; more than one only in dev mode. */
export function nodesOf(settings: Settings): [Settings, ...Settings[]] {
  const [, ...others] = settings.devRegions ?? [];
  const taken = new Set<NodeId>([settings.nodeId]);
  return [
    settings,
    ...others.map((region, index): Settings => {
      let number = 1;
      const name = (): NodeId => nodeIdSchema.parse(devNodeName(region, number));
      while (taken.has(name())) number += 1;
      const nodeId = name();
      taken.add(nodeId);
      return {
        ...settings,
        nodeId,
        region,
        port: 0,
        adminPort: 0,
        linkPort: 0,
        // Both would name the first node.
        linkUrl: undefined,
        publicUrl: undefined,
        rtcPort: settings.rtcPort + (index + 1) * settings.workers,
      };
    }),
  ];
}

/** The nodes of one process find each other in milliseconds; what takes longer goes on meanwhile. */
const linkPatienceMs = 1000;
const linkPollMs = 5;

/** Starts every node that the settings ask for, side by side; rejects, with none left running, when one cannot start. */
export async function startNodes(
  settings: Settings,
  log: Logger,
): Promise<[TributaryNode, ...TributaryNode[]]> {
  const [first, ...others] = nodesOf(settings);
  const shared = settings.redis === undefined && others.length > 0 ? sharedMemory() : undefined;
  const start = (each: Settings, its: Logger): Promise<TributaryNode> =>
    startNode(each, its, openNetwork(each, its, shared));
  const outcomes = await Promise.allSettled([
    start(first, log),
    ...others.map((each) => start(each, createLog(each))),
  ]);
  const nodes = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  const [node, ...more] = nodes;
  if (failed === undefined && node !== undefined) {
    await allLinked(nodes);
    return [node, ...more];
  }
  await Promise.all(nodes.map((started) => started.close()));
  throw failed?.reason;
}

/** Resolves when the first show that spans the nodes need not wait for them to meet. */
async function allLinked(nodes: readonly TributaryNode[]): Promise<void> {
  const untilMs = performance.now() + linkPatienceMs;
  while (nodes.some((node) => node.peersLinked() < nodes.length - 1) && performance.now() < untilMs)
    await new Promise((resolve) => setTimeout(resolve, linkPollMs));
}
