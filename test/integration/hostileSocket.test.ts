import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientMessages } from '../../protocol/clientMessages.ts';
import type { ClientMessageName } from '../../protocol/clientMessages.ts';
import { errors } from '../../protocol/errors.ts';
import type { RoomView } from '../../protocol/roomView.ts';
import { protocolVersion } from '../../protocol/version.ts';
import { Random } from '../support/random.ts';
import { RawSocket } from '../support/rawSocket.ts';
import { cameraParameters, microphoneParameters } from '../support/rtpParameters.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { connectSignal, devToken, fingerprints } from '../support/signalClient.ts';
import type { SignalClient } from '../support/signalClient.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const source = new Random(seed);
const random = (): number => source.next();
const pick = <T>(from: readonly T[]): T => source.pick(from);
const id = (text: string) => text as never;
const names = Object.keys(clientMessages) as ClientMessageName[];

/** Values that break careless code: wrong types, huge, deep, with names that objects already have. */
function nastyValue(depth = 0): unknown {
  const leaves: (() => unknown)[] = [
    () => null,
    () => undefined,
    () => random() * 1e9 - 5e8,
    () => Number.NaN,
    () => -0,
    () => 2 ** 53,
    () => '',
    () => 'x'.repeat(Math.floor(random() * 5000)),
    () => '\u202e\u0000\ud800',
    () => '__proto__',
    () => true,
    () => new Uint8Array(Math.floor(random() * 200)),
    () => ({ __proto__: null, constructor: { prototype: { polluted: true } } }),
    () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
  ];
  if (depth > 3 || random() < 0.6) return pick(leaves)();
  if (random() < 0.5) return Array.from({ length: Math.floor(random() * 6) }, () => nastyValue(depth + 1));
  return Object.fromEntries(
    Array.from({ length: Math.floor(random() * 6) }, () => [
      pick([
        'participantId',
        'feedId',
        'source',
        'token',
        'rtpParameters',
        'version',
        'text',
        '__proto__',
        'x',
      ]),
      nastyValue(depth + 1),
    ]),
  );
}

/** Well-formed messages, so that what lies behind the schemas is reached too; then bent in one place. */
function nearlyRight(
  name: ClientMessageName,
  victim: string,
  token: string,
  client: SignalClient,
): Record<string, unknown> {
  const base: Record<string, unknown> = {
    protocol: 1,
    token,
    rtpCapabilities: client.hello.rtpCapabilities,
    features: { keyframes: true },
    fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }],
    participantId: pick([victim, 'honest', 'nobody', '__proto__']),
    feedId: pick([`${victim}:camera`, 'honest:microphone', 'constructor:screen']),
    source: pick(['camera', 'microphone', 'screen']),
    rtpParameters: pick([cameraParameters(1 + Math.floor(random() * 1e6)), microphoneParameters(7)]),
    feeds: [{ feedId: 'honest:camera', visible: random() < 0.5, width: 10, height: 10 }],
    direction: pick(['send', 'recv']),
    elapsedMs: random() * 1000,
    version: Math.floor(random() * 3),
    microphone: random() < 0.5,
    allowed: random() < 0.5,
    offset: 0,
    limit: 10,
    text: 'hello',
    kind: 'heart',
    topic: 't',
    payload: 'p',
  };
  const wanted = Object.fromEntries(Object.keys(clientMessages[name].shape).map((key) => [key, base[key]]));
  if (random() < 0.4) wanted[pick(Object.keys(wanted).concat('surplus'))] = nastyValue();
  return JSON.parse(JSON.stringify(wanted)) as Record<string, unknown>;
}

describe(`a hostile client (seed ${seed})`, () => {
  let server: ServerProcess;
  let honest: SignalClient;
  const words = { said: 0, refused: [] as string[], heard: [] as string[] };
  const seen = { connection: '', lost: 0, views: [] as RoomView[] };
  let talking: NodeJS.Timeout;

  beforeAll(async () => {
    // Budgets wide enough for the fuzzer to reach the handlers, so that it is they who are tested, not the rate limit.
    server = await startServerProcess([
      ...['control', 'publish', 'intent', 'stage', 'data', 'data-to-all'].map(
        (family) => `--rate-${family}=100000 per 1s`,
      ),
      '--rate-join=1000 per 1s',
      '--rate-strikes=100000 per 1s',
    ]);
    honest = await connectSignal(server.origin);
    const joined = await honest.join(await devToken(server.origin, 'arena', 'honest', 'host'));
    expect(joined.ok).toBe(true);
    const send = await honest.ask('media.produce', {
      source: 'microphone',
      rtpParameters: microphoneParameters(4242),
    });
    expect(send.ok).toBe(true);
    seen.connection = honest.socket.id ?? '';
    honest.socket.on('disconnect', () => (seen.lost += 1));
    honest.socket.on('room', (view) => seen.views.push(view));
    honest.socket.on('data', ({ from, payload }) => {
      if (from === id('honest')) words.heard.push(payload);
    });
    // He talks to himself, through the server, and to everybody in turn.
    talking = setInterval(() => {
      const payload = String((words.said += 1));
      const to = words.said % 2 === 0 ? { to: id('honest') } : {};
      void honest.ask('data.send', { topic: 'self', payload, ...to }).then(
        (answer) => {
          if (!answer.ok) words.refused.push(answer.error.code);
        },
        (error: unknown) => words.refused.push(String(error)),
      );
    }, 50);
  });
  afterAll(async () => {
    clearInterval(talking);
    honest.close();
    expect(await server.stop()).toBe(0);
  });

  test('malformed and out-of-order messages are refused by code and nothing breaks', async () => {
    const codes = new Set<string>();
    for (let round = 0; round < 12; round += 1) {
      const attacker = await connectSignal(server.origin);
      const victim = `attacker-${round}`;
      const token = await devToken(
        server.origin,
        'arena',
        victim,
        pick(['viewer', 'cohost', 'moderator'] as const),
      );
      if (random() < 0.8) await attacker.join(token);
      const answers = Array.from({ length: 120 }, async () => {
        const right = pick(names);
        const name = random() < 0.05 ? pick(['__proto__', 'toString', 'media', '', 'join ']) : right;
        const message = random() < 0.3 ? nastyValue() : nearlyRight(right, victim, token, attacker);
        return attacker.ask(name as ClientMessageName, message as never).catch(() => undefined);
      });
      for (const answer of await Promise.all(answers)) if (answer?.ok === false) codes.add(answer.error.code);
      attacker.close();
    }
    expect([...codes].filter((code) => !(code in errors))).toEqual([]);
    expect(codes).not.toContain('internal');
    expect(codes).toContain('bad-message');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((await fetch(`${server.adminOrigin}/livez`)).status).toBe(200);
  });

  test('a message over the size limit ends only its own connection', async () => {
    const attacker = await connectSignal(server.origin);
    const gone = new Promise<void>((resolve) =>
      attacker.socket.once('disconnect', () => {
        resolve();
      }),
    );
    attacker.socket.emit('chat.send', { text: 'x'.repeat(1_000_000) }, () => undefined);
    await gone;
    expect(honest.socket.connected).toBe(true);
  });

  test('bytes that are no protocol at all are thrown out', async () => {
    const address = `${server.origin.replace('http', 'ws')}/rtc/?EIO=4&transport=websocket`;
    for (const bytes of [
      '42["join"',
      '451-["join",{"_placeholder":true,"num":9}]',
      '9'.repeat(1000),
      '40{"x":1}',
      '4',
    ]) {
      const socket = new WebSocket(address);
      await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
      const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
      socket.send(bytes);
      setTimeout(() => {
        socket.close();
      }, 300);
      await closed;
    }
    expect((await fetch(`${server.adminOrigin}/readyz`)).status).toBe(200);
  });

  test('a viewer who forges a publish is refused at every step', async () => {
    const viewer = await connectSignal(server.origin);
    await viewer.join(await devToken(server.origin, 'arena', 'forger', 'viewer'));
    const opened = await viewer.ask('media.openSend', {
      fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }],
    });
    const produced = await viewer.ask('media.produce', {
      source: 'camera',
      rtpParameters: cameraParameters(99),
    });
    const ended = await viewer.ask('room.end', {});
    const seated = await viewer.ask('stage.accept', { participantId: 'forger' });
    expect(
      [opened, produced, ended, seated].map((answer) => (answer.ok ? 'done' : answer.error.code)),
    ).toEqual(['not-on-stage', 'not-on-stage', 'not-allowed', 'not-allowed']);
    viewer.close();
  });

  test('the honest host noticed nothing of all this', async () => {
    clearInterval(talking);
    // Answers come in order: with this one, all before it have come.
    expect(await honest.ask('chat.send', { text: 'still here' })).toMatchObject({ ok: true });
    expect(words.said).toBeGreaterThan(20);
    expect(words.refused).toEqual([]);
    expect(words.heard).toEqual(Array.from({ length: words.said }, (_, n) => String(n + 1)));
    expect([honest.socket.id, seen.lost]).toEqual([seen.connection, 0]);
    const versions = seen.views.map(({ version }) => version);
    expect(versions).toEqual([...versions].sort((one, other) => one - other));
    const himself = seen.views.map(({ stage }) => stage.find((member) => member.id === id('honest')));
    for (const member of himself) {
      expect(member).toMatchObject({
        role: 'host',
        presence: 'connected',
        intent: { microphone: true, camera: true },
        feeds: [{ feedId: 'honest:microphone', epoch: 1 }],
      });
    }
  });
});

describe('with the limits as they come', () => {
  let server: ServerProcess;
  let crowd: SignalCrowd;

  beforeAll(async () => {
    server = await startServerProcess();
    crowd = new SignalCrowd(server.origin);
  });
  afterAll(async () => {
    crowd.close();
    expect(await server.stop()).toBe(0);
  });

  test('a flooder is shown the door, while the others go on', async () => {
    const room = crowd.newRoom();
    const host = await crowd.entered(room, 'hanna', 'host');
    const flooder = await crowd.entered(room, 'flo', 'viewer');
    const gone = new Promise((resolve) => flooder.socket.once('disconnect', resolve));
    const batches: number[] = [];
    host.socket.on('reactions', ({ heart = 0 }) => batches.push(heart));
    const answers = [];
    for (let n = 0; flooder.socket.connected; n += 1) {
      for (let more = 0; more < 200; more += 1) {
        flooder.socket.emit('react', { kind: 'heart' }, () => undefined);
      }
      const mute = { version: 0, microphone: false };
      flooder.socket.emit('intent.set', mute, () => undefined);
      // He may say little, but every bit of it is done.
      if (n < 10) answers.push(await host.ask('data.send', { topic: 'score', payload: String(n) }));
      else await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await gone).toBe('io server disconnect');
    expect(answers.filter(({ ok }) => !ok)).toEqual([]);
    expect(await host.ask('chat.send', { text: 'where were we?' })).toMatchObject({ ok: true });
    expect(host.socket.connected).toBe(true);
    // What he was allowed came through, and nothing of the flood.
    expect(batches.reduce((sum, hearts) => sum + hearts, 0)).toBeLessThan(100);
    // He may come back, but what he spent is spent.
    const { client, reply } = await crowd.enter(room, 'flo', 'viewer');
    expect(reply).toMatchObject({ ok: true });
    const closed = new Promise((resolve) => client.socket.once('disconnect', resolve));
    for (let more = 0; more < 500; more += 1) {
      client.socket.emit('react', { kind: 'heart' }, () => undefined);
    }
    expect(await closed).toBe('io server disconnect');
  });
});

test('who does not read what he is sent is cut, and the others hear everything', async () => {
  const server = await startServerProcess([
    '--rate-data-to-all=100000 per 1s',
    `--max-unsent-bytes=${64 * 1024}`,
  ]);
  const crowd = new SignalCrowd(server.origin);
  const host = await crowd.entered('arena', 'hanna', 'host');
  const viewer = await crowd.entered('arena', 'vera', 'viewer');
  let heard = 0;
  viewer.socket.on('data', () => (heard += 1));
  const raw = await RawSocket.open(server.origin);
  raw.send('40');
  await raw.heard('hello');
  const join = {
    protocol: protocolVersion,
    token: await crowd.token('arena', 'slow', 'viewer'),
    rtpCapabilities: host.hello.rtpCapabilities,
    fingerprints,
    features: { keyframes: false },
  };
  raw.send(`420${JSON.stringify(['join', join])}`);
  await raw.heard('"ok":true');
  raw.stopReading();
  let said = 0;
  const cut = async () =>
    (await (await fetch(`${server.adminOrigin}/metrics`)).text()).includes(
      'tributary_connections_cut_total{reason="unread"} 1\n',
    );
  while (!(await cut())) {
    const batch = Array.from({ length: 50 }, () =>
      host.ask('data.send', { topic: 't', payload: 'x'.repeat(8000) }),
    );
    said += batch.length;
    expect((await Promise.all(batch)).every(({ ok }) => ok)).toBe(true);
  }
  expect(await viewer.ask('chat.send', { text: 'all heard' })).toMatchObject({ ok: true });
  expect(heard).toBe(said);
  raw.close();
  crowd.close();
  expect(await server.stop()).toBe(0);
});
