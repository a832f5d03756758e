import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchBrowser } from '../benchTabs.ts';
import { serverCost, treeCpuMs, treeCpuSince } from '../processCost.ts';
import type { System } from '../systems.ts';

/** What watching costs in the steady state, when nobody comes or goes. */
export interface CpuResult {
  viewers: number;
  /** CPU time for one viewer watching for one second. */
  workerMsPerViewerSecond: number;
  nodeMsPerViewerSecond: number;
  /** The same for one thousand packets sent, which does not depend on the bitrate the encoder chose. */
  workerMsPerThousandPackets: number;
  /** Node's share of what the workers use. */
  nodeShareOfWorkers: number;
  packetsPerViewerSecond: number;
  kbpsPerViewer: number;
  /** Viewers whose media came by TCP: it costs more than UDP, and none should. */
  tcpViewers: number;
  /** Resident memory that one viewer with flowing media adds. */
  nodeKiBPerViewer: number;
  workersKiBPerViewer: number;
  /** Cores' worth of CPU the browser used for publisher and viewers together. */
  browserCores: number;
}

export interface CpuPlan {
  viewers: number;
  /** Between the last join and the first reading: the estimates of bandwidth need it to reach the top layer. */
  warmUpMs: number;
  steadyMs: number;
}

const joinGapMs = 100;

/** One publisher, and viewers in one tab who drop what they receive undecoded. */
export async function measureCpu(browser: BenchBrowser, system: System, plan: CpuPlan): Promise<CpuResult> {
  const room = 'cpu';
  const host = await browser.openTab();
  await host.startHost(system, room);
  await sleep(2000);
  const empty = serverCost(system.pid);
  const tab = await browser.openTab();
  const gapsMs = Array.from({ length: plan.viewers }, () => joinGapMs);
  const joins = await tab.startViewers(system, room, { gapsMs, render: false });
  const failed = joins.find((join) => join.error !== undefined);
  if (failed) throw new Error(`a viewer did not get a picture: ${failed.error}`);
  await sleep(plan.warmUpMs);

  const browserBefore = treeCpuMs(browser.pid);
  const receivedBefore = await tab.received();
  const before = serverCost(system.pid);
  await sleep(plan.steadyMs);
  const after = serverCost(system.pid);
  const receivedAfter = await tab.received();
  const browserMs = treeCpuSince(browserBefore, treeCpuMs(browser.pid));
  await tab.close();
  await host.close();

  const seconds = (after.atMs - before.atMs) / 1000;
  const viewerSeconds = seconds * plan.viewers;
  const workerMs = after.workersCpuMs - before.workersCpuMs;
  const nodeMs = after.nodeCpuMs - before.nodeCpuMs;
  const packets = receivedAfter.packets - receivedBefore.packets;
  return {
    viewers: plan.viewers,
    workerMsPerViewerSecond: workerMs / viewerSeconds,
    nodeMsPerViewerSecond: nodeMs / viewerSeconds,
    workerMsPerThousandPackets: (workerMs / packets) * 1000,
    nodeShareOfWorkers: nodeMs / workerMs,
    packetsPerViewerSecond: packets / viewerSeconds,
    kbpsPerViewer: ((receivedAfter.bytes - receivedBefore.bytes) * 8) / 1000 / viewerSeconds,
    tcpViewers: receivedAfter.tcpPaths,
    nodeKiBPerViewer: (before.nodeRssKiB - empty.nodeRssKiB) / plan.viewers,
    workersKiBPerViewer: (before.workersRssKiB - empty.workersRssKiB) / plan.viewers,
    browserCores: browserMs / 1000 / seconds,
  };
}
