import { readdirSync } from 'node:fs';
import { until } from './until.ts';
import type { WanCluster } from './wanCluster.ts';
import type { WanNode } from './wanNode.ts';
import { childPids } from './workerProcesses.ts';

/** Open files and timers that an idle node has more or less of for good reasons, such as a link that lingers. */
const slack = 8;
/** Longer than a link lingers that nobody needs. */
const settleMs = 45_000;
/** What nodes have in Redis without any room. */
const memberKeys = ['changes', 'members', 'pulse', 'records', 'version'];

/** What a node has open when it does nothing. */
export interface IdleNode {
  timers: number;
  files: number;
}

export async function idleNode(node: WanNode): Promise<IdleNode> {
  const metrics = await node.metrics();
  return {
    timers: metrics.sum('tributary_nodejs_active_resources', { type: 'Timeout' }),
    files: Math.max(...filesOf(node).map(({ files }) => files)),
  };
}

/** Waits until an idle cluster has nothing left of the rooms it had, and returns what it still has when that takes too long. */
export async function findLeaks(cluster: WanCluster, idle: IdleNode): Promise<string[]> {
  let leaks: string[] = [];
  const look = async (): Promise<boolean> => {
    leaks = [...(await keysLeft(cluster))];
    for (const node of cluster.nodes) leaks.push(...(await leaksOf(node, idle)));
    return leaks.length === 0;
  };
  await until(look, { limitMs: settleMs, everyMs: 500 }).catch(() => undefined);
  return leaks;
}

async function keysLeft(cluster: WanCluster): Promise<string[]> {
  const keys = (await cluster.redis.keys()).filter((key) => !memberKeys.includes(key.replace(/^.*:/, '')));
  const left: string[] = [];
  await cluster.redis.ask(async (redis) => {
    for (const key of keys) {
      // The epoch of a home that was given up is remembered for a while, so that the next one is higher.
      const isMemory = /:home:[^:]+$/.test(key) && (await redis.get(key))?.startsWith('- ') === true;
      if (!isMemory || (await redis.pttl(key)) < 0) left.push(`the key ${key} in Redis`);
    }
  });
  return left;
}

async function leaksOf(node: WanNode, idle: IdleNode): Promise<string[]> {
  const metrics = await node.metrics();
  const nothing = ['rooms', 'participants', 'sockets', 'producers', 'consumers'];
  const left = nothing
    .map((what) => ({ what, count: metrics.sum(`tributary_${what}`) }))
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => `${count} ${what}`);
  const ports = await node.openPipePorts();
  if (ports.length > 0) left.push(`${ports.length} ports for media between nodes`);
  const timers = metrics.sum('tributary_nodejs_active_resources', { type: 'Timeout' });
  if (timers > idle.timers + slack) left.push(`${timers} timers`);
  for (const { pid, files } of filesOf(node))
    if (files > idle.files + slack) left.push(`${files} open files in process ${pid}`);
  return left.map((what) => `${what} at ${node.nodeId}`);
}

/** Open files of a server and its workers, sockets included. */
function filesOf(node: WanNode): { pid: number; files: number }[] {
  const pids = [node.pid, ...childPids(node.pid)];
  return pids.map((pid) => ({ pid, files: readdirSync(`/proc/${pid}/fd`).length }));
}
