import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/mediaRoom.ts';
import type { Address } from '../wan/address.ts';
import { startUdpRoad } from '../wan/udpLine.ts';
import type { UdpRoad } from '../wan/udpLine.ts';
import { evenRoad, roads, roundTrip } from '../wan/wanProfile.ts';
import type { RoadProfile } from '../wan/wanProfile.ts';

const sockets: Socket[] = [];
let line: UdpRoad | undefined;

afterEach(async () => {
  await line?.close();
  for (const socket of sockets.splice(0)) socket.close();
});

async function openSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** Answers everything with itself. */
async function openEcho(): Promise<{ address: Address; heard: string[]; from: Set<number> }> {
  const socket = await openSocket();
  const heard: string[] = [];
  const from = new Set<number>();
  socket.on('message', (datagram, sender) => {
    heard.push(String(datagram));
    from.add(sender.port);
    socket.send(datagram, sender.port, sender.address);
  });
  return { address: { address: '127.0.0.1', port: socket.address().port }, heard, from };
}

/** Somebody who writes down what comes, and when. */
async function openClient(to: UdpRoad) {
  const socket = await openSocket();
  const got: { text: string; atMs: number }[] = [];
  socket.on('message', (datagram) => got.push({ text: String(datagram), atMs: performance.now() }));
  const { address, port } = to.address;
  return { got, send: (text: string) => socket.send(text, port, address) };
}

async function openLine(profile: RoadProfile = roads.lan, losable?: (datagram: Buffer) => boolean) {
  const echo = await openEcho();
  line = await startUdpRoad({ target: echo.address, profile, ...(losable && { losable }) });
  return { echo, line, client: await openClient(line) };
}

describe('a UDP line', () => {
  test('brings each of many senders the answers meant for him, to the target from a port of his own', async () => {
    const { echo, client, line } = await openLine();
    const other = await openClient(line);
    client.send('one');
    other.send('two');
    await until('both have their answers', () => client.got.length > 0 && other.got.length > 0);
    client.send('three');
    await until('the third is there', () => client.got.length === 2);
    expect(client.got.map(({ text }) => text)).toEqual(['one', 'three']);
    expect(other.got.map(({ text }) => text)).toEqual(['two']);
    expect(echo.from.size).toBe(2);
  });

  test('takes its time in each direction, and a new time as soon as it is told', async () => {
    const { client, line } = await openLine(roundTrip(80));
    const sentMs = performance.now();
    client.send('slow');
    await until('the answer is there', () => client.got.length === 1);
    expect(client.got[0]!.atMs - sentMs).toBeGreaterThanOrEqual(80);
    line.road.there.set({ ...line.road.there.profile, delayMs: 160 });
    const againMs = performance.now();
    client.send('slower');
    await until('the answer is there', () => client.got.length === 2);
    expect(client.got[1]!.atMs - againMs).toBeGreaterThanOrEqual(200);
  });

  test('keeps the order under jitter', async () => {
    const { client } = await openLine(evenRoad({ delayMs: 5, jitterMs: 20 }));
    // Fewer than a socket's buffer takes, should this process stand still.
    const sent = Array.from({ length: 150 }, (_, index) => String(index));
    for (const text of sent) {
      client.send(text);
      if (Number(text) % 10 === 0) await new Promise(setImmediate);
    }
    await until('all have come', () => client.got.length === sent.length);
    expect(client.got.map(({ text }) => text)).toEqual(sent);
  });

  test('that is cut loses what comes and what is on its way, and nothing after it is restored', async () => {
    const { client, line, echo } = await openLine(roundTrip(400));
    const { there } = line.road;
    client.send('on its way');
    client.send('on its way too');
    await until('both are on their way', () => there.counts.underway === 2);
    line.road.cut();
    client.send('too late');
    await until('all three met the cut', () => there.counts.cutOff === 3);
    line.road.restore();
    client.send('after');
    await until('the answer is there', () => client.got.length === 1);
    expect(echo.heard).toEqual(['after']);
    expect(there.counts).toMatchObject({ passed: 1, passedBytes: 5, lost: 0, cutOff: 3, underway: 0 });
  });

  test('can be cut in one direction alone', async () => {
    const { client, line, echo } = await openLine();
    line.road.back.cut();
    client.send('heard');
    await until('the answer met the cut', () => line.road.back.counts.cutOff === 1);
    expect(echo.heard).toEqual(['heard']);
    expect(client.got).toEqual([]);
  });

  test('loses what the profile says, and only of what may get lost', async () => {
    const lossy = evenRoad({ loss: { kind: 'random', ratio: 0.5 } });
    const { client, line, echo } = await openLine({ ...lossy, back: roads.lan.back }, (datagram) =>
      String(datagram).startsWith('media'),
    );
    const { counts } = line.road.there;
    for (let index = 0; index < 200; index++) {
      client.send(`media ${index}`);
      client.send(`signal ${index}`);
      await new Promise(setImmediate);
    }
    await until('all were decided on', () => counts.passed + counts.lost === 400);
    await until('all have come', () => echo.heard.length === counts.passed);
    expect(echo.heard.filter((text) => text.startsWith('signal'))).toHaveLength(200);
    expect(counts.lost).toBeGreaterThan(60);
    expect(counts.lost).toBeLessThan(140);
  });

  test('drops what its queue has no room for', async () => {
    const narrow = evenRoad({ bandwidthBps: 80_000, queueMs: 30 });
    const { client, line } = await openLine({ ...narrow, back: roads.lan.back });
    const { counts } = line.road.there;
    // Each takes 10 ms.
    for (let index = 0; index < 50; index++) client.send('x'.repeat(100));
    await until('all were decided on', () => counts.passed + counts.overflowed === 50);
    expect(counts.passed).toBeGreaterThanOrEqual(4);
    expect(counts.overflowed).toBeGreaterThan(20);
  });
});
