import { setTimeout as sleep } from 'node:timers/promises';
import { joinBot, publishSilently } from '../joinBots.ts';
import { serverCost } from '../processCost.ts';
import { slope } from '../statistics.ts';
import type { System } from '../systems.ts';

export interface MemoryPoint {
  count: number;
  nodeRssKiB: number;
  workersRssKiB: number;
}

/** What one more of something costs: the slope of resident memory over several sizes. */
export interface MemorySlope {
  points: MemoryPoint[];
  nodeKiB: number;
  workersKiB: number;
}

export interface MemoryPlan {
  sizes: readonly number[];
  settleMs: number;
}

/** Memory of viewers who all watch one room with `feeds` feeds. */
export async function measureViewerMemory(
  system: System,
  feeds: 0 | 2,
  plan: MemoryPlan,
): Promise<MemorySlope> {
  if (feeds > 0) await publishSilently(system, 'memory');
  return grow(system, plan, () => 'memory');
}

/** Memory of rooms that hold one viewer and nothing else. */
export async function measureRoomMemory(system: System, plan: MemoryPlan): Promise<MemorySlope> {
  return grow(system, plan, (index) => `memory-${index}`);
}

async function grow(
  system: System,
  plan: MemoryPlan,
  roomOf: (index: number) => string,
): Promise<MemorySlope> {
  const points: MemoryPoint[] = [];
  let joined = 0;
  for (const size of plan.sizes) {
    while (joined < size) {
      const batch = Array.from({ length: Math.min(10, size - joined) }, (_, index) => joined + index);
      await Promise.all(batch.map((index) => joinOne(system, roomOf(index))));
      joined += batch.length;
    }
    await sleep(plan.settleMs);
    const { nodeRssKiB, workersRssKiB } = serverCost(system.pid);
    points.push({ count: size, nodeRssKiB, workersRssKiB });
  }
  return {
    points,
    nodeKiB: slope(points.map(({ count, nodeRssKiB }) => ({ x: count, y: nodeRssKiB }))),
    workersKiB: slope(points.map(({ count, workersRssKiB }) => ({ x: count, y: workersRssKiB }))),
  };
}

/** Nobody leaves: the server is ended when the last size was measured. */
async function joinOne(system: System, room: string): Promise<void> {
  const [token = ''] = await system.tokens(room, 'viewer', 1);
  await joinBot(system, room, token);
}
