import { followNextJoin, openConnections } from './connectionLog.ts';
import { prepareBare } from './bareClient.ts';
import type { BenchPage, JoinOutcome, KeyframeSample, Received, Target, Watching } from './benchPage.ts';
import { prepareTributary, publishTributary } from './tributaryClient.ts';

/** A join that shows nothing for this long has failed. */
const firstFrameCeilingMs = 10_000;
const keyframeSampleMs = 200;

/** The members of WebRTC's statistics that are looked at. */
interface MediaStats {
  id: string;
  type: string;
  kind?: string;
  rid?: string;
  keyFramesEncoded?: number;
  packetsReceived?: number;
  bytesReceived?: number;
  headerBytesReceived?: number;
  nominated?: boolean;
  remoteCandidateId?: string;
  protocol?: string;
}

const leaving: (() => Promise<void>)[] = [];
let keyframeSamples: KeyframeSample[] = [];

async function startHost(target: Target): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: 1280, height: 720, frameRate: 30 },
  });
  if (target.system === 'tributary') leaving.push(await publishTributary(target, stream));
  else leaving.push(await (await prepareBare(target))(target).publish(stream));
  const sampler = setInterval(() => void sampleKeyframes(), keyframeSampleMs);
  leaving.push(async () => clearInterval(sampler));
}

async function sampleKeyframes(): Promise<void> {
  const byLayer: Record<string, number> = {};
  for (const report of await allStats('outbound-rtp')) {
    if (report.kind === 'video') byLayer[report.rid ?? ''] = report.keyFramesEncoded ?? 0;
  }
  keyframeSamples.push({ atMs: Date.now(), byLayer });
}

function keyframes(): KeyframeSample[] {
  const samples = keyframeSamples;
  keyframeSamples = [];
  return samples;
}

const startViewers: BenchPage['startViewers'] = async (target, { gapsMs, render, stayMs }) => {
  const watch = await watcher(target, render);
  const joins: Promise<JoinOutcome>[] = [];
  for (const [index, token] of target.tokens.entries()) {
    const gapMs = gapsMs[index] ?? 0;
    if (gapMs > 0) await sleep(gapMs);
    joins.push(joinOne(() => watch(token), stayMs));
  }
  return Promise.all(joins);
};

async function watcher(target: Target, render: boolean): Promise<(token: string) => Watching> {
  if (target.system === 'tributary') return prepareTributary(target, render);
  const client = await prepareBare(target);
  return () => client(target).watch(render);
}

async function joinOne(watch: () => Watching, stayMs: number | undefined): Promise<JoinOutcome> {
  const marks = followNextJoin();
  const startedMs = performance.now();
  const watching = watch();
  const ceiling = sleep(firstFrameCeilingMs).then(() => {
    throw new Error(`no picture within ${firstFrameCeilingMs} ms`);
  });
  try {
    const { atMs, receivedMs } = await Promise.race([watching.firstFrame, ceiling]);
    if (receivedMs !== undefined) marks.received = receivedMs - startedMs;
    return { firstFrameMs: atMs - startedMs, marks };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), marks };
  } finally {
    ceiling.catch(() => undefined);
    if (stayMs === undefined) leaving.push(() => watching.leave());
    else void sleep(stayMs).then(() => watching.leave());
  }
}

async function received(): Promise<Received> {
  const total: Received = { packets: 0, bytes: 0, tcpPaths: 0 };
  // The server offers UDP and TCP; the pair in use says which of them it is reached by.
  const remote = new Map(
    (await allStats('remote-candidate')).map((candidate) => [candidate.id, candidate.protocol]),
  );
  for (const pair of await allStats('candidate-pair')) {
    if (pair.nominated && remote.get(pair.remoteCandidateId ?? '') === 'tcp') total.tcpPaths++;
  }
  for (const report of await allStats('inbound-rtp')) {
    total.packets += report.packetsReceived ?? 0;
    total.bytes += (report.bytesReceived ?? 0) + (report.headerBytesReceived ?? 0);
  }
  return total;
}

async function allStats(type: string): Promise<MediaStats[]> {
  const reports = await Promise.all(openConnections().map((connection) => connection.getStats()));
  return reports.flatMap((report) =>
    [...(report as unknown as Map<string, MediaStats>).values()].filter((one) => one.type === type),
  );
}

async function stop(): Promise<void> {
  await Promise.allSettled(leaving.splice(0).map((leave) => leave()));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

declare global {
  interface Window {
    bench: BenchPage;
  }
}
window.bench = { startHost, keyframes, startViewers, received, stop };
