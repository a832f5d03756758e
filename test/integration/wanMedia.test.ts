import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { rtpPacket } from '../support/rtpPackets.ts';
import { microphoneParameters } from '../support/rtpParameters.ts';
import { findWorkerBin } from '../../tools/worker/workerPath.mjs';
import { until } from '../support/mediaRoom.ts';
import { WanNetwork } from '../wan/wanNetwork.ts';
import type { WanHost } from '../wan/wanNetwork.ts';
import { evenRoad, roundTrip } from '../wan/wanProfile.ts';

/** Of each host, for media from other hosts. */
const [firstPort, lastPort] = [52_000, 52_007];
const ssrc = 4711;

let network: WanNetwork;
const workers: types.Worker[] = [];

beforeEach(async () => {
  network = await WanNetwork.start(['eu', 'us']);
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.close();
  await network.close();
});

/** A media worker of its own for each host, with one end of a way for media. */
async function startEnd(name: string, region: string) {
  const host = await network.addHost({ name, region, udpPorts: [[firstPort, lastPort]] });
  const workerBin = findWorkerBin();
  const worker = await createWorker({ logLevel: 'error', ...(workerBin !== undefined && { workerBin }) });
  workers.push(worker);
  const router = await worker.createRouter({
    mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }],
  });
  const plain = await router.createPlainTransport({
    listenInfo: listenInfo(host),
    enableSrtp: true,
    srtpCryptoSuite: 'AEAD_AES_256_GCM',
  });
  return { router, plain, direct: await router.createDirectTransport() };
}

function listenInfo({ listenAddress, publicAddress }: WanHost): types.TransportListenInfo {
  const portRange = { min: firstPort, max: lastPort };
  return { protocol: 'udp', ip: listenAddress, announcedAddress: publicAddress, portRange };
}

/** What the one end tells the other one. */
function offer({ tuple, srtpParameters }: types.PlainTransport) {
  return { ip: tuple.localAddress, port: tuple.localPort, srtpParameters: srtpParameters! };
}

/** Sound from a worker in Europe to one in America, packet by packet. */
async function openWay() {
  const [from, to] = [await startEnd('eu-1', 'eu'), await startEnd('us-1', 'us')];
  await Promise.all([from.plain.connect(offer(to.plain)), to.plain.connect(offer(from.plain))]);
  const rtpParameters = microphoneParameters(ssrc) as types.RtpParameters;
  const producer = await from.direct.produce({ kind: 'audio', rtpParameters });
  const { rtpCapabilities } = from.router;
  const sending = await from.plain.consume({ producerId: producer.id, rtpCapabilities });
  const copy = await to.plain.produce({ kind: 'audio', rtpParameters: sending.rtpParameters });
  const receiving = await to.direct.consume({ producerId: copy.id, rtpCapabilities });
  const arrived: { sequence: number; atMs: number }[] = [];
  receiving.on('rtp', (packet) =>
    arrived.push({ sequence: packet.readUInt16BE(2), atMs: performance.now() }),
  );
  const send = (sequence: number): void => producer.send(rtpPacket(ssrc, 111, sequence));
  return { send, sending, arrived, from, to };
}

test('SRTP between two workers in two regions arrives after the road’s delay, and not during a cut', async () => {
  network.set('eu', 'us', roundTrip(80));
  const { send, arrived, from, to } = await openWay();
  const sentMs = performance.now();
  send(1);
  await until('the packet is there', () => arrived.length === 1);
  expect(arrived[0]!.atMs - sentMs).toBeGreaterThanOrEqual(40);
  // Both ends hold to the one address that they were told, so nothing went past the road.
  expect(network.road('eu', 'us').there.counts.passed).toBeGreaterThanOrEqual(1);
  expect(to.plain.tuple.remoteIp).toBe(from.plain.tuple.localAddress);

  network.cut('eu', 'us');
  const { counts } = network.road('eu', 'us').there;
  send(2);
  await until('the packet met the cut', () => counts.cutOff >= 1);
  network.restore('eu', 'us');
  send(3);
  await until('the next one is there', () => arrived.length === 2);
  // The receiving worker counts on from the numbers it was sent, so the gap shows.
  expect(arrived[1]!.sequence - arrived[0]!.sequence).toBe(2);
});

test('RTCP finds its way back: the sending worker learns the round trip and what was lost', async () => {
  const lossy = evenRoad({ delayMs: 30, loss: { kind: 'random', ratio: 0.3 } }).there;
  network.set('eu', 'us', { ...roundTrip(60), there: lossy });
  const { send, sending } = await openWay();
  let learnt: types.ConsumerStat | undefined;
  // The receiver reports every few seconds; the test's own time is the limit.
  for (let sequence = 1; !((learnt?.roundTripTime ?? 0) > 0 && learnt!.packetsLost > 0); sequence++) {
    send(sequence);
    const stats = await sending.getStats();
    learnt = stats.find((one): one is types.ConsumerStat => one.type === 'outbound-rtp');
    await sleep(10);
  }
  expect(learnt!.roundTripTime).toBeGreaterThanOrEqual(60);
});
