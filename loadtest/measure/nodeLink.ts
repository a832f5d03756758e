import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { pino } from 'pino';
import { done, refuse } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import type { NodeId } from '../../protocol/network.ts';
import type { NodeRequest } from '../../protocol/nodeMessages.ts';
import { defaultLinkSettings } from '../../server/cluster/linkSettings.ts';
import type { NodeLink } from '../../server/cluster/nodeLink.ts';
import { NodeLinks } from '../../server/cluster/nodeLinks.ts';
import { summarize } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import { cascadeHandlers } from '../../server/cascadeNetwork.ts';
import { roomHandlers } from '../../server/roomNetwork.ts';

export interface NodeLinkPlan {
  warmUpCalls: number;
  /** Links that are opened anew for one call. */
  firstCalls: number;
  /** Calls one after another. */
  latencyCalls: number;
  /** Calls with so many unanswered at once. */
  throughputCalls: number;
  atOnce: number;
}

export interface NodeLinkResult {
  callMs: Summary;
  callsPerSecond: number;
  /** From a node that has no link to the first answer: connecting, both greetings, and the call. */
  firstCallMs: Summary;
}

const asking = 'asking' as NodeId;
const answering = 'answering' as NodeId;

/** What a call between two nodes costs over loopback, each node in a thread of its own. */
export async function measureNodeLink(plan: NodeLinkPlan): Promise<NodeLinkResult> {
  const worker = new Worker(fileURLToPath(import.meta.url));
  const addressOf = (): string => `http://127.0.0.1:${port}`;
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const links = linksOf(asking, addressOf);
  const link = links.to(answering);
  try {
    for (let call = 0; call < plan.warmUpCalls; call++) await timed(link, call);
    const latencies: number[] = [];
    for (let call = 0; call < plan.latencyCalls; call++) latencies.push(await timed(link, call));
    const startedAt = performance.now();
    let left = plan.throughputCalls;
    const askOn = async (): Promise<void> => {
      while (left-- > 0) await timed(link, left);
    };
    await Promise.all(Array.from({ length: plan.atOnce }, askOn));
    const seconds = (performance.now() - startedAt) / 1000;
    const firstCallMs = summarize(await firstCalls(plan.firstCalls, addressOf));
    return { firstCallMs, callMs: summarize(latencies), callsPerSecond: plan.throughputCalls / seconds };
  } finally {
    await links.close();
    await worker.terminate();
  }
}

async function firstCalls(count: number, addressOf: () => string): Promise<number[]> {
  const elapsedMs: number[] = [];
  for (let visit = 0; visit < count; visit++) {
    const links = linksOf(`visitor-${visit}` as NodeId, addressOf);
    elapsedMs.push(await timed(links.to(answering), visit));
    await links.close();
  }
  return elapsedMs;
}

async function timed(link: NodeLink, epoch: number): Promise<number> {
  const startedAt = performance.now();
  const answer = await link.call('room.whole', request(epoch));
  if (!answer.ok) throw new Error(`a call failed: ${answer.error.code}`);
  return performance.now() - startedAt;
}

function request(part: number): NodeRequest<'room.whole'> {
  return { roomId: 'show' as RoomId, part };
}

/** About as large as what a pipe's ends tell each other. */
const text = 'x'.repeat(700);

const noRooms = roomHandlers(() => undefined);
const noCascade = cascadeHandlers(() => undefined);

function linksOf(nodeId: NodeId, addressOf: () => string | undefined): NodeLinks {
  return new NodeLinks({
    nodeId,
    secrets: ['a secret that only this measurement uses'],
    // The rate is what protects a node; here it would be what is measured.
    settings: { ...defaultLinkSettings, host: '127.0.0.1', messages: { burst: 1e9, perSecond: 1e9 } },
    handlers: {
      calls: {
        'cascade.report': () => refuse('not-found'),
        'node.drain': () => refuse('not-found'),
        ...noRooms.calls,
        ...noCascade.calls,
        'room.whole': (_context, { part: epoch }) => done({ epoch, seq: 0, parts: 1, text }),
      },
      tells: { ...noRooms.tells, ...noCascade.tells },
    },
    log: pino({ level: 'silent' }),
    addressOf,
  });
}

if (!isMainThread) parentPort?.postMessage(await linksOf(answering, () => undefined).listen());
else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const plan = {
    warmUpCalls: 5000,
    firstCalls: 100,
    latencyCalls: 10_000,
    throughputCalls: 100_000,
    atOnce: 200,
  };
  console.log(JSON.stringify(await measureNodeLink(plan), undefined, 2));
}
