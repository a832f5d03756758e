import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/mediaRoom.ts';
import { breakOff, startTcpRoad } from '../wan/tcpLine.ts';
import type { TcpRoad } from '../wan/tcpLine.ts';
import { evenRoad, roads, roundTrip } from '../wan/wanProfile.ts';
import type { RoadProfile } from '../wan/wanProfile.ts';

let server: Server | undefined;
let line: TcpRoad | undefined;
const ends: End[] = [];

/** One end of a connection, and what it has seen. */
class End {
  readonly socket: Socket;
  text = '';
  ended = false;
  /** The code of the error that closed it, or `closed`. */
  closedBy: string | undefined;

  constructor(socket: Socket, reads = true) {
    this.socket = socket;
    ends.push(this);
    if (reads) socket.on('data', (data) => (this.text += String(data)));
    socket.on('end', () => (this.ended = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.closedBy = error.code));
    socket.on('close', () => (this.closedBy ??= 'closed'));
  }
}

afterEach(async () => {
  await line?.close();
  for (const { socket } of ends.splice(0)) socket.destroy();
  server?.close();
});

async function openLine(profile: RoadProfile = roads.lan, serverReads = true) {
  const accepted: End[] = [];
  server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new End(socket, serverReads)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const opened = await startTcpRoad({ target, profile });
  line = opened;
  const dial = (): End =>
    new End(connect({ host: opened.address.address, port: opened.address.port, allowHalfOpen: true }));
  /** Both ends of a new connection. */
  const join = async (): Promise<[End, End]> => {
    const client = dial();
    const before = accepted.length;
    await until('the connection is through', () => accepted.length > before);
    return [client, accepted.at(-1)!];
  };
  return { line: opened, accepted, dial, join };
}

describe('a TCP line', () => {
  test('takes its time in each direction, and a round trip before the first byte', async () => {
    const { dial, accepted } = await openLine(roundTrip(60));
    const dialledMs = performance.now();
    const client = dial();
    client.socket.write('hello');
    await until('the hello is there', () => accepted[0]?.text === 'hello');
    expect(performance.now() - dialledMs).toBeGreaterThanOrEqual(90);
    const answeredMs = performance.now();
    accepted[0]!.socket.write('you too');
    await until('the answer is there', () => client.text === 'you too');
    expect(performance.now() - answeredMs).toBeGreaterThanOrEqual(30);
  });

  test('that is cut passes nothing and ends nothing; restored, it goes on where it stood', async () => {
    const { join, line } = await openLine(roundTrip(20));
    const [client, far] = await join();
    client.socket.write('before ');
    await until('it came through', () => far.text === 'before ');
    line.road.cut();
    client.socket.write('during ');
    await until('the relay has taken it', () => line.road.there.counts.underway === 1);
    far.socket.write('back');
    line.road.back.restore();
    await until('the other direction came through', () => client.text === 'back');
    expect(far.text).toBe('before ');
    line.road.restore();
    client.socket.write('after');
    await until('all came through', () => far.text === 'before during after');
    expect([client.closedBy, far.closedBy]).toEqual([undefined, undefined]);
  });

  test('leaves a connection half open when one side goes away during a cut', async () => {
    const { join, line } = await openLine();
    const [client, far] = await join();
    line.road.cut();
    client.socket.resetAndDestroy();
    await until('the client is gone', () => client.closedBy !== undefined);
    await until('its reset met the cut', () => line.connections === 1);
    expect([far.ended, far.closedBy]).toEqual([false, undefined]);
    line.road.restore();
    await until('the other side has heard of it', () => far.closedBy !== undefined);
    expect(far.closedBy).toBe('ECONNRESET');
  });

  test('lets one side go on after the other one has ended', async () => {
    const { join } = await openLine();
    const [client, far] = await join();
    client.socket.end('question');
    await until('the question and its end are there', () => far.ended);
    expect(far.text).toBe('question');
    far.socket.end('answer');
    await until('the answer and its end are there', () => client.ended);
    expect(client.text).toBe('answer');
    await until('both have closed', () => client.closedBy === 'closed' && far.closedBy === 'closed');
  });

  test('breaks off a connection also while its own end is just going out', async () => {
    const { join, line } = await openLine();
    const [client, far] = await join();
    client.socket.end();
    breakOff(client.socket);
    await until('it has closed', () => client.closedBy !== undefined);
    expect(client.closedBy).toBe('closed');
    far.socket.end();
    await until('nothing of it is left', () => line.connections === 0 && far.closedBy !== undefined);
  });

  test('can be reset, and then be used again', async () => {
    const { join, line } = await openLine();
    const [client, far] = await join();
    line.reset();
    await until('both sides know', () => client.closedBy !== undefined && far.closedBy !== undefined);
    expect([client.closedBy, far.closedBy]).toEqual(['ECONNRESET', 'ECONNRESET']);
    const [next, nextFar] = await join();
    next.socket.write('again');
    await until('it came through', () => nextFar.text === 'again');
  });

  test('refuses everybody until it is told to accept', async () => {
    const { join, dial, line, accepted } = await openLine();
    const [client] = await join();
    line.refuse();
    await until('the old one is broken', () => client.closedBy !== undefined);
    const refused = dial();
    await until('the new one is broken', () => refused.closedBy !== undefined);
    expect(accepted).toHaveLength(1);
    line.accept();
    await join();
    expect(accepted).toHaveLength(2);
  });

  test('breaks a connection to a target that is not there', async () => {
    const { dial } = await openLine();
    server!.close();
    await once(server!, 'close');
    const client = dial();
    await until('it is broken', () => client.closedBy !== undefined);
    expect(client.closedBy).toBe('ECONNRESET');
  });

  test('brings everything through a narrow line that loses packets, in order', async () => {
    const poor = evenRoad({
      delayMs: 2,
      jitterMs: 5,
      loss: { kind: 'random', ratio: 0.2 },
      bandwidthBps: 30_000_000,
      queueMs: 20,
    });
    const { join, line } = await openLine(poor);
    const [client, far] = await join();
    const sent = randomBytes(400_000).toString('hex');
    client.socket.end(sent);
    await until('all is there', () => far.ended, 20_000);
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(digest(far.text)).toBe(digest(sent));
    const { counts } = line.road.there;
    expect(counts.passedBytes).toBe(sent.length);
  });

  test('makes a sender wait for a receiver who does not read', async () => {
    const { join, line } = await openLine(roads.lan, false);
    const [client, far] = await join();
    far.socket.pause();
    const { counts } = line.road.there;
    for (let megabyte = 0; megabyte < 64; megabyte++) client.socket.write(Buffer.alloc(1_000_000));
    let quietSince = performance.now();
    let seenBytes = -1;
    await until('nothing moves any more', () => {
      if (counts.passedBytes !== seenBytes) quietSince = performance.now();
      seenBytes = counts.passedBytes;
      return performance.now() - quietSince > 300;
    });
    expect(client.socket.writableLength).toBeGreaterThan(30_000_000);
    far.socket.resume();
    await until('all is through', () => counts.passedBytes === 64_000_000, 20_000);
  });
});
