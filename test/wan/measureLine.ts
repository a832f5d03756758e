// What a UDP line itself costs and adds: node test/wan/measureLine.ts [packets a second] [seconds]
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { loopback } from './address.ts';
import type { Address } from './address.ts';
import { startUdpRoad } from './udpLine.ts';
import { evenRoad } from './wanProfile.ts';
import type { WayProfile } from './wanProfile.ts';

interface RelayRequest {
  target: Address;
  way: Partial<WayProfile>;
}

/** Of the usual size of a video packet. */
const packetBytes = 1100;

/** The relay has a thread of its own here, so that its cost can be told from the sender's. */
async function relay({ target, way }: RelayRequest): Promise<void> {
  const line = await startUdpRoad({ target, profile: evenRoad(way) });
  const before = process.threadCpuUsage();
  parentPort!.postMessage(line.address);
  await once(parentPort!, 'message');
  const { user, system } = process.threadCpuUsage(before);
  parentPort!.postMessage((user + system) / 1000);
  await line.close();
}

async function measure(
  name: string,
  way: Partial<WayProfile> | undefined,
  perSecond: number,
  seconds: number,
) {
  const [receiver, sender] = [await openSocket(), await openSocket()];
  const lateMs: number[] = [];
  receiver.on('message', (packet) => {
    lateMs.push(performance.now() - packet.readDoubleBE(0) - (way?.delayMs ?? 0));
  });
  let to: Address = { address: loopback, port: receiver.address().port };
  let worker: Worker | undefined;
  if (way !== undefined) {
    const request: RelayRequest = { target: to, way };
    worker = new Worker(new URL(import.meta.url), { workerData: request });
    [to] = (await once(worker, 'message')) as [Address];
  }
  const total = perSecond * seconds;
  const startMs = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, ((performance.now() - startMs) * perSecond) / 1000);
    for (; sent < due; sent++) {
      const packet = Buffer.alloc(packetBytes);
      packet.writeDoubleBE(performance.now(), 0);
      sender.send(packet, to.port, to.address);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  let cpuMs = 0;
  if (worker !== undefined) {
    // What is late for longer is lost.
    await new Promise((resolve) => setTimeout(resolve, 500 + (way?.delayMs ?? 0)));
    worker.postMessage('stop');
    [cpuMs] = (await once(worker, 'message')) as [number];
    await once(worker, 'exit');
  }
  for (const socket of [receiver, sender]) socket.close();
  lateMs.sort((a, b) => a - b);
  const share = (part: number): string => lateMs[Math.floor((lateMs.length - 1) * part)]!.toFixed(2);
  return {
    line: name,
    lost: total - lateMs.length,
    'added p50 ms': share(0.5),
    'p99 ms': share(0.99),
    'max ms': share(1),
    'core %': ((cpuMs / (seconds * 1000)) * 100).toFixed(0),
  };
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
  socket.bind(0, loopback);
  await once(socket, 'listening');
  return socket;
}

if (isMainThread) {
  const [perSecond = 5000, seconds = 10] = process.argv.slice(2).map(Number);
  const rows = [
    await measure('none', undefined, perSecond, seconds),
    await measure('0 ms', {}, perSecond, seconds),
    await measure('40 ms', { delayMs: 40 }, perSecond, seconds),
    await measure('100 ms', { delayMs: 100 }, perSecond, seconds),
  ];
  console.log(`${perSecond} packets a second for ${seconds} s each`);
  console.table(rows);
} else await relay(workerData as RelayRequest);
