import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { done } from '../../protocol/errors.ts';
import { ForeignNode, greeting } from '../support/foreignNode.ts';
import { LinkedNodes, clusterSecret, eventsOf, id, question, until } from '../support/linkedNodes.ts';

const nodes = new LinkedNodes();
const foreign = new ForeignNode();
const impostors: Server[] = [];
afterEach(async () => {
  foreign.close();
  await Promise.all(impostors.splice(0).map((server) => server.close()));
  await nodes.close();
});

describe('who greets a node', () => {
  test('is let in with a proper greeting, once', async () => {
    const { port, log, links } = await nodes.start('b');
    const token = await greeting('b');
    expect(await foreign.knock(port, token)).toBe('welcome');
    expect(await foreign.knock(port, token)).toBe('replayed');
    expect(links.turnedAway.get('replayed')).toBe(1);
    expect(log.join('')).toContain('"code":"replayed"');
  });

  test('is turned away without one, and no secret is in the log', async () => {
    const { port, log, events } = await nodes.start('b');
    const anHourAgo = (): number => Date.now() - 3600_000;
    const proper = await greeting('b');
    const [head = '', body = '', signature = ''] = proper.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, iss: 'a' })).toString('base64url');
    const unsigned = new UnsecuredJWT(claims).encode();
    const attempts: [unknown, string][] = [
      [undefined, 'unauthorized'],
      ['', 'unauthorized'],
      [{ token: 1 }, 'unauthorized'],
      ['not a token', 'unauthorized'],
      ['x'.repeat(10_000), 'unauthorized'],
      [unsigned, 'unauthorized'],
      [[head, forged, signature].join('.'), 'unauthorized'],
      [
        await greeting('b', 'mallory', { secret: 'a secret of somebody who is not one of us' }),
        'unauthorized',
      ],
      [await greeting('b', 'mallory', { now: anHourAgo }), 'expired'],
      [await greeting('c'), 'wrong-address'],
      [await greeting('b', 'Not A Node'), 'unauthorized'],
      [await greeting('b', 'b'), 'wrong-address'],
    ];
    for (const [token, code] of attempts)
      expect([token, await foreign.knock(port, token)]).toEqual([token, code]);
    // The greeting itself was never used up.
    expect(await foreign.knock(port, proper)).toBe('welcome');
    expect(events).toEqual([]);
    const said = log.join('');
    expect(said).not.toContain(clusterSecret);
    for (const part of [signature, body, forged]) expect(said).not.toContain(part);
  });

  test('does not come in by another namespace', async () => {
    const { port } = await nodes.start('b');
    expect(await foreign.knock(port, await greeting('b'), '/')).toBe('not here');
    expect(await foreign.knock(port, await greeting('b'), '/other')).toBe('Invalid namespace');
  });
});

describe('who answers a node', () => {
  /** Something that listens where node `b` should, and answers a hello as the test says. */
  async function impostor(answer: (socket: Socket) => Promise<unknown>): Promise<void> {
    const http = createServer();
    const server = new Server(http, { path: '/node-link' });
    impostors.push(server);
    server.of('/nodes').on('connection', (socket) => {
      void answer(socket).then((message) => socket.emit('welcome', message));
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    nodes.urls.set(id('b'), `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  }

  test.each<[string, (socket: Socket) => Promise<unknown>]>([
    ['nothing that proves anything', async () => ({})],
    ['no object', async () => 7],
    ['the hello itself', async (socket) => socket.handshake.auth],
    ['a hello of its own', async () => ({ token: await greeting('a', 'b') })],
    [
      'a token of another secret',
      async () => ({ token: await greeting('a', 'b', { secret: 'x'.repeat(40) }) }),
    ],
  ])('has to prove that it is the one: %s', async (_what, answer) => {
    const a = await nodes.start('a');
    await impostor(answer);
    expect(await a.links.to(id('b')).call('room.whole', question())).toMatchObject({
      ok: false,
      error: { code: 'peer-away' },
    });
    expect(a.events).toEqual([]);
  });

  test('is not believed when another node of the cluster answers', async () => {
    const a = await nodes.start('a');
    const c = await nodes.start('c');
    nodes.urls.set(id('b'), nodes.urls.get(c.nodeId)!);
    expect(await a.links.to(id('b')).call('room.whole', question())).toEqual({
      ok: false,
      error: { code: 'peer-away', detail: 'wrong-address' },
    });
  });
});

describe('a node of the cluster that turned hostile', () => {
  const rubbish: unknown[][] = [
    ['call'],
    ['call', null],
    ['call', 7],
    ['call', { id: -1 }],
    ['call', { id: 1, settled: 0, name: '__proto__', timeoutMs: 100, payload: {} }],
    ['call', { id: 2, settled: 0, name: 'room.whole', timeoutMs: 100, payload: { __proto__: null } }],
    ['call', { id: 3, settled: 0, name: 'room.whole', timeoutMs: 1e12, payload: question() }],
    ['call', { id: 4, settled: 0, name: 'ping', timeoutMs: 100, payload: { sentAtMs: 'now' } }],
    ['answer', { id: 1, ok: 'yes' }],
    ['answer', { id: 1, ok: false, error: { code: 'made-up' } }],
    ['tell', { name: 'room.viewers', payload: 'all' }],
    ['tell', { name: 'constructor', payload: {} }],
    ['bye-bye', new Uint8Array(10)],
    ['call', new Uint8Array(100)],
  ];

  test('is answered by code, cut after many strikes, and turned away for a while', async () => {
    const b = await nodes.start('b');
    const socket = await foreign.enter(b.port, 'b');
    const answers: { id: number; error?: { code: string } }[] = [];
    socket.on('answer', (answer: (typeof answers)[number]) => answers.push(answer));
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    for (let round = 0; round < 10; round++)
      for (const [name, ...rest] of rubbish) socket.emit(name as string, ...rest);
    await closed;
    expect(answers.find((answer) => answer.id === 1)?.error?.code).toBe('unknown-call');
    expect(answers.find((answer) => answer.id === 2)?.error?.code).toBe('bad-request');
    expect(eventsOf(b, 'down')).toEqual([{ type: 'down', nodeId: 'mallory', reason: 'hostile' }]);
    expect(await foreign.knock(b.port, await greeting('b', 'mallory', { sequence: 2 }))).toBe('struck-out');
    const { refusals } = b.links.to(id('mallory'));
    expect(refusals.get('bad-request')).toBeGreaterThan(10);
    expect(b.asked).toEqual([]);
    // Others notice nothing.
    const a = await nodes.start('a');
    expect(await a.links.to(id('b')).call('room.whole', question())).toMatchObject({ ok: true });
  });

  test('floods in vain', async () => {
    const settings = { messages: { burst: 50, perSecond: 10 } };
    const b = await nodes.start('b', { settings });
    const socket = await foreign.enter(b.port, 'b');
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    const call = { settled: 0, name: 'room.whole', timeoutMs: 100, payload: question() };
    for (let number = 1; number < 3000; number++) socket.emit('call', { id: number, ...call });
    await closed;
    expect(b.asked.length).toBeLessThan(200);
    expect(b.links.to(id('mallory')).refusals.get('rate-limited')).toBeGreaterThan(100);
  });

  test('is cut when it asks and does not read the answers', async () => {
    const b = await nodes.start('b', { settings: { unreadLineBytes: 1_000_000, deadAfterMs: 30_000 } });
    b.handlers.calls['room.whole'] = () => done({ epoch: 0, seq: 0, parts: 1, text: 'x'.repeat(100_000) });
    const socket = await foreign.enter(b.port, 'b');
    const { transport } = socket.io.engine as unknown as { transport: { ws: { pause(): void } } };
    transport.ws.pause();
    const call = { settled: 0, name: 'room.whole', timeoutMs: 100, payload: question() };
    for (let number = 1; number < 1000; number++) socket.emit('call', { id: number, ...call });
    await until(() => eventsOf(b, 'down').length > 0);
    expect(eventsOf(b, 'down')).toEqual([{ type: 'down', nodeId: 'mallory', reason: 'unread' }]);
  });

  test('is cut when it sends more at once than a message may have', async () => {
    const b = await nodes.start('b', { settings: { maxMessageBytes: 10_000 } });
    const socket = await foreign.enter(b.port, 'b');
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('tell', { name: 'room.viewers', payload: 'x'.repeat(30_000) });
    await closed;
    await until(() => eventsOf(b, 'down').length > 0);
    expect(eventsOf(b, 'down')).toMatchObject([{ reason: 'cut' }]);
  });

  test('that says nothing after its greeting is not waited for', async () => {
    const b = await nodes.start('b', { settings: { openTimeoutMs: 300 } });
    const lost = new Promise((resolve) => {
      void greeting('b').then((token) => foreign.knock(b.port, token).then(resolve));
    });
    expect(await lost).toBe('welcome');
    // It was let in and never said that it is ready: no link, and a way in for the next one.
    await until(() => foreign.closedByServer > 0);
    expect(b.events).toEqual([]);
    await foreign.enter(b.port, 'b', 'honest');
    await until(() => eventsOf(b, 'up').length > 0);
  });
});
