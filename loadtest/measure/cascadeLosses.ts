import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'puppeteer';
import type { NetworkReport } from '../../protocol/cascadeReport.ts';
import { frameTimes, longestStall, waitForMoving } from '../../test/support/pageHistory.ts';
import { until } from '../../test/support/until.ts';
import type { WanCluster } from '../../test/support/wanCluster.ts';
import type { WanNode } from '../../test/support/wanNode.ts';
import type { WanPages } from '../../test/support/wanPages.ts';
import { WanShow, smallestOfTwoLayers } from '../../test/support/wanShow.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';

/** What is lost. The picture is always that of the viewer at the edge, behind the gateway. */
export type Loss = 'gatewayWorker' | 'gatewayHangs' | 'gateway' | 'edge';
export const losses: readonly Loss[] = ['gatewayWorker', 'gatewayHangs', 'gateway', 'edge'];

export interface LossResult {
  /** How long the picture stood still. */
  stillMs: Summary;
  samplesMs: number[];
  /** Pictures that did not come back. */
  lost: number;
  /** The longest pause in as long a time before, for what the machine does by itself. */
  beforeMs: Summary;
}

export type LossesResult = Record<Loss, LossResult>;

/** Of a camera that is slower than people's the pauses between two frames would be what is measured. */
const camera = { ...smallestOfTwoLayers, frameRate: 30 };
const settleMs = 2000;
/** What a loss causes begins within this time. */
const watchMs = 2000;

interface Samples {
  stillMs: number[];
  beforeMs: number[];
  lost: number;
}

/**
 * Shows across an ocean, each with a viewer at the gateway of the far region and one at a node behind it. The gateway's
 * worker dies, then all of the node hangs, then it dies; and when it is back and the gateway again, the node behind it.
 */
export async function measureLosses(
  cluster: WanCluster,
  pages: WanPages,
  times: number,
): Promise<LossesResult> {
  const samples: Record<Loss, Samples> = {
    gatewayWorker: { stillMs: [], beforeMs: [], lost: 0 },
    gatewayHangs: { stillMs: [], beforeMs: [], lost: 0 },
    gateway: { stillMs: [], beforeMs: [], lost: 0 },
    edge: { stillMs: [], beforeMs: [], lost: 0 },
  };
  for (let time = 0; time < times; time++) {
    await untilAllKnown(cluster);
    const show = await WanShow.open(cluster, pages, {
      host: 'us-1',
      viewers: ['eu-1', 'eu-2'],
      camera,
    });
    for (const loss of losses) {
      const { gateway, edge } = await show.gatewayOf('eu');
      const viewer = show.viewer(edge.nodeId);
      await waitForMoving(viewer, show.feedId);
      await sleep(settleMs);
      const lostAtMs = Date.now();
      await bringAbout[loss](gateway, edge);
      await addSample(samples[loss], viewer, show.feedId, lostAtMs);
      await startAll(cluster);
    }
    await pages.shutAll();
  }
  return {
    gatewayWorker: resultOf(samples.gatewayWorker),
    gatewayHangs: resultOf(samples.gatewayHangs),
    gateway: resultOf(samples.gateway),
    edge: resultOf(samples.edge),
  };
}

const bringAbout: Record<Loss, (gateway: WanNode, edge: WanNode) => unknown> = {
  gatewayWorker: (gateway) => gateway.killWorker(),
  gatewayHangs: (gateway) => gateway.hang(),
  gateway: (gateway) => gateway.kill(),
  edge: (_, edge) => edge.kill(),
};

async function startAll(cluster: WanCluster): Promise<void> {
  for (const node of cluster.nodes) {
    if (node.running) node.wake();
    else await node.start();
  }
}

/** A node that has just started is no gateway before the others know of it. */
async function untilAllKnown(cluster: WanCluster): Promise<void> {
  await until(async () => {
    const reports = await Promise.all(
      cluster.nodes.map(({ nodeId }) => cluster.operate('GET', '/v1/network', nodeId)),
    );
    return reports.every((report) => (report as NetworkReport).nodes.length === cluster.nodes.length);
  });
}

async function addSample(samples: Samples, viewer: Page, feedId: string, lostAtMs: number): Promise<void> {
  await sleep(watchMs);
  const back = await waitForMoving(viewer, feedId).then(
    () => true,
    () => false,
  );
  const times = await frameTimes(viewer, feedId);
  samples.beforeMs.push(longestStall(times, lostAtMs - watchMs, lostAtMs).pauseMs);
  if (back) samples.stillMs.push(longestStall(times, lostAtMs).pauseMs);
  else samples.lost++;
}

function resultOf({ stillMs, beforeMs, lost }: Samples): LossResult {
  return { stillMs: summarize(stillMs), samplesMs: stillMs, lost, beforeMs: summarize(beforeMs) };
}
