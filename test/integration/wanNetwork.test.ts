import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/mediaRoom.ts';
import type { Address } from '../wan/address.ts';
import { WanNetwork } from '../wan/wanNetwork.ts';
import type { WanHost } from '../wan/wanNetwork.ts';
import { roundTrip } from '../wan/wanProfile.ts';

const port = 7000;
const closers: (() => void)[] = [];
let network: WanNetwork;
let [eu, us, asia]: WanHost[] = [];

beforeEach(async () => {
  network = await WanNetwork.start(['eu', 'us', 'asia']);
  const addHost = (name: string, region: string) =>
    network.addHost({ name, region, tcpPorts: [port], udpPorts: [[port, port + 1]] });
  eu = await addHost('eu-1', 'eu');
  us = await addHost('us-1', 'us');
  asia = await addHost('asia-1', 'asia');
});
afterEach(async () => {
  await network.close();
  for (const close of closers.splice(0)) close();
});

/** A server that says its name to everybody who says something. */
async function serve(name: string, address: string, ownPort: number): Promise<Address> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(name));
  });
  server.listen(ownPort, address);
  await once(server, 'listening');
  closers.push(() => server.close());
  return { address, port: (server.address() as AddressInfo).port };
}
const serveOn = (host: WanHost): Promise<Address> => serve(host.name, host.listenAddress, port);

function dial(to: Address, localAddress?: string) {
  const socket: Socket = connect({
    host: to.address,
    port: to.port,
    ...(localAddress !== undefined && { localAddress }),
  });
  const dialled = { socket, heard: '' };
  socket.on('data', (data) => (dialled.heard += String(data)));
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  socket.write('who?');
  return dialled;
}

async function openUdp(address: string, udpPort: number) {
  const socket = createSocket('udp4');
  const heard: { text: string; from: string; reply: (text: string) => void }[] = [];
  socket.on('message', (datagram, sender) => {
    const reply = (text: string) => socket.send(text, sender.port, sender.address);
    heard.push({ text: String(datagram), from: `${sender.address}:${sender.port}`, reply });
  });
  socket.bind(udpPort, address);
  await once(socket, 'listening');
  closers.push(() => socket.close());
  return { heard, send: (text: string, to: string) => socket.send(text, port, to) };
}

describe('hosts of a network', () => {
  test('are reached over TCP at their public addresses by the road between the two regions', async () => {
    await serveOn(us!);
    network.set('eu', 'us', roundTrip(60));
    const dialledMs = performance.now();
    const fromEu = dial({ address: us!.publicAddress, port }, eu!.listenAddress);
    const fromAsia = dial({ address: us!.publicAddress, port }, asia!.listenAddress);
    await until('asia has its answer', () => fromAsia.heard === 'us-1');
    expect(fromEu.heard).toBe('');
    await until('eu has its answer', () => fromEu.heard === 'us-1');
    expect(performance.now() - dialledMs).toBeGreaterThanOrEqual(120);
  });

  test('see each other over UDP at their public addresses too, from the ports they really have', async () => {
    const near = await openUdp(eu!.listenAddress, port + 1);
    const far = await openUdp(us!.listenAddress, port);
    near.send('hello', us!.publicAddress);
    await until('it came through', () => far.heard.length === 1);
    expect(far.heard[0]!.from).toBe(`${eu!.publicAddress}:${port + 1}`);
    far.heard[0]!.reply('hello back');
    await until('the answer came through', () => near.heard.length === 1);
    expect(near.heard[0]!.from).toBe(`${us!.publicAddress}:${port}`);
    expect(network.road('us', 'eu').there.counts).toBe(network.road('eu', 'us').back.counts);
    expect(network.road('us', 'eu').there.counts.passed).toBe(1);
  });

  test('are cut off from one region and not from another one, over UDP and TCP alike', async () => {
    await serveOn(us!);
    const [inEu, inUs, inAsia] = await Promise.all(
      [eu!, us!, asia!].map((h) => openUdp(h.listenAddress, port)),
    );
    const fromEu = dial({ address: us!.publicAddress, port }, eu!.listenAddress);
    await until('there is a connection', () => fromEu.heard === 'us-1');
    network.cut('us', 'eu');
    fromEu.socket.write('who?');
    inEu!.send('from eu', us!.publicAddress);
    await until('the datagram met the cut', () => network.road('eu', 'us').there.counts.cutOff === 1);
    inAsia!.send('from asia', us!.publicAddress);
    await until('asia came through', () => inUs!.heard.length === 1);
    expect(inUs!.heard[0]!.text).toBe('from asia');
    expect(fromEu.heard).toBe('us-1');
    network.restore('us', 'eu');
    await until('the connection goes on', () => fromEu.heard === 'us-1us-1');
  });

  test('keep their own viewers when their region is cut off', async () => {
    await serveOn(us!);
    const inUs = await openUdp(us!.listenAddress, port);
    const viewer = await openUdp('127.0.0.1', 0);
    network.isolate('us');
    expect(['eu', 'asia'].map((region) => network.road('us', region).there.isCut)).toEqual([true, true]);
    expect(network.road('eu', 'asia').there.isCut).toBe(false);
    viewer.send('STUN', us!.publicAddress);
    await until('the viewer came through', () => inUs.heard.length === 1);
    inUs.heard[0]!.reply('STUN too');
    await until('the answer came through', () => viewer.heard.length === 1);
    expect(viewer.heard[0]!.from).toBe(`${us!.publicAddress}:${port}`);
    const page = dial({ address: us!.publicAddress, port });
    await until('the page is there', () => page.heard === 'us-1');
    expect(network.access('us-1').there.counts.passed).toBeGreaterThan(1);
    network.rejoin('us');
    expect(network.road('us', 'asia').back.isCut).toBe(false);
  });

  test('have lines of their own to servers that are on no host', async () => {
    const target = await serve('PONG', '127.0.0.1', 0);
    const euLine = await network.tcpLine('eu', 'eu', target);
    const usLine = await network.tcpLine('us', 'eu', target);
    network.isolate('eu');
    const [fromEu, fromUs] = [dial(euLine.address), dial(usLine.address)];
    await until('eu reaches it', () => fromEu.heard === 'PONG');
    expect(fromUs.heard).toBe('');
    network.rejoin('eu');
    await until('us reaches it', () => fromUs.heard === 'PONG');
  });

  test('of two networks on one machine have nothing to do with each other', async () => {
    const other = await WanNetwork.start(['eu']);
    const twin = await other.addHost({ name: 'eu-1', region: 'eu', tcpPorts: [port] });
    expect(twin.publicAddress).not.toBe(eu!.publicAddress);
    await serveOn(eu!);
    const here = dial({ address: eu!.publicAddress, port });
    await until('the one is reached', () => here.heard === 'eu-1');
    await other.close();
    await other.close();
  });
});
