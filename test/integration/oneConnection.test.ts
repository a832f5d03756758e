import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { RawSocket } from '../support/rawSocket.ts';
import type { SignalClient } from '../support/signalClient.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';

let server: ServerProcess;
let crowd: SignalCrowd;
const joinDeadlineMs = 800;

beforeAll(async () => {
  server = await startServerProcess([`--join-deadline-ms=${joinDeadlineMs}`, '--viewer-grace-ms=200']);
  crowd = new SignalCrowd(server.origin);
});
afterEach(() => {
  crowd.close();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const id = (text: string) => text as never;
const badCapabilities = {
  rtpCapabilities: {
    codecs: [
      {
        kind: 'video' as const,
        mimeType: 'video/VP8',
        preferredPayloadType: 96,
        clockRate: 90_000,
        parameters: { apt: 'no number' },
      },
    ],
    headerExtensions: [],
  },
};

async function audience(host: SignalClient): Promise<string[]> {
  const page = await host.ask('audience.list', { offset: 0, limit: 100 });
  return page.ok ? page.value.entries.map((entry) => entry.id as string) : [];
}
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 5000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a connection that joins as two people at once is one of them, and leaves no ghost behind', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  for (let round = 0; round < 5; round += 1) {
    const [one, other] = await Promise.all([
      crowd.token(room, `one-${round}`, 'viewer'),
      crowd.token(room, `other-${round}`, 'viewer'),
    ]);
    // The first identity is busy on another connection, so that its join here has to wait.
    const busy = await crowd.connect();
    const client = await crowd.connect();
    const elsewhere = busy.join(one);
    const here = await Promise.all(
      [client.join(one), client.join(other)].map((join) => join.catch(() => undefined)),
    );
    await elsewhere.catch(() => undefined);
    // None, where the other connection took over from this one.
    expect(here.filter((answer) => answer?.ok).length).toBeLessThanOrEqual(1);
    client.close();
    busy.close();
  }
  await until('the audience is empty', async () => (await audience(host)).length === 0);
});

test('who is refused on coming back hears nothing of the room any more', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  const spy = await crowd.entered(room, 'spy', 'viewer');
  const again = await spy.join(await crowd.token(room, 'spy', 'viewer'), badCapabilities);
  expect(again).toMatchObject({ error: { code: 'bad-media-parameters' } });
  await host.ask('moderate.ban', { participantId: id('spy') });
  const heard: string[] = [];
  spy.socket.onAny((event: string) => heard.push(event));
  await host.ask('chat.send', { text: 'he is gone' });
  await host.next('chat');
  expect(await spy.ask('chat.send', { text: 'am I?' }).catch(() => undefined)).not.toMatchObject({
    ok: true,
  });
  expect(heard).toEqual([]);
});

test('who comes back with a lesser token sees no backstage any more', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  const mod = await crowd.entered(room, 'mo', 'moderator');
  await mod.join(await crowd.token(room, 'mo', 'viewer'));
  const viewer = await crowd.entered(room, 'vera', 'viewer');
  const heard: string[] = [];
  mod.socket.onAny((event: string) => heard.push(event));
  await viewer.ask('stage.request', {});
  await host.next('backstage', ({ requests }) => requests.length === 1);
  expect(await mod.ask('react', { kind: 'heart' })).toMatchObject({ ok: true });
  expect(heard).not.toContain('backstage');
});

test('a connection that leaves may join again, and is closed when it does not', async () => {
  const room = crowd.newRoom();
  const viewer = await crowd.entered(room, 'vera', 'viewer');
  expect(await viewer.ask('leave', {})).toMatchObject({ ok: true });
  expect(await viewer.ask('react', { kind: 'heart' })).toMatchObject({ error: { code: 'not-joined' } });
  expect(await viewer.join(await crowd.token(room, 'vera', 'viewer'))).toMatchObject({ ok: true });
  expect(await viewer.ask('react', { kind: 'heart' })).toMatchObject({ ok: true });
  // The deadline of its beginning is over.
  await new Promise((resolve) => setTimeout(resolve, joinDeadlineMs + 200));
  const closed = new Promise((resolve) => viewer.socket.once('disconnect', resolve));
  await viewer.ask('leave', {});
  expect(await closed).toBe('io server disconnect');
});

test('a leave while the join is under way leaves nobody behind', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  const viewer = await crowd.connect();
  const joining = viewer.join(await crowd.token(room, 'vera', 'viewer'));
  let left = await viewer.ask('leave', {});
  while (!left.ok && left.error.code === 'not-joined') left = await viewer.ask('leave', {});
  await joining;
  expect(await audience(host)).toEqual([]);
  expect(await viewer.join(await crowd.token(room, 'vera', 'viewer'))).toMatchObject({ ok: true });
  expect(await audience(host)).toEqual(['vera']);
});

test('budgets cannot be had anew by leaving the namespace and entering it again', async () => {
  const address = `${server.origin.replace('http', 'ws')}/rtc/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address);
  let hellos = 0;
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
  socket.addEventListener('message', ({ data }) => {
    if (!String(data).startsWith('42["hello"')) return;
    hellos += 1;
    if (hellos > 1) return socket.close();
    socket.send('41');
    // Once the server has seen the first one.
    setTimeout(() => socket.send('40'), 100);
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  socket.send('40');
  await closed;
  expect(hellos).toBe(1);
});

test('many entries in one piece of TCP are not one socket each', async () => {
  const raw = await RawSocket.open(server.origin);
  raw.send(...Array.from({ length: 200 }, () => '40'));
  await raw.closed;
  expect(raw.count('hello')).toBe(0);
  const metrics = await (await fetch(`${server.adminOrigin}/metrics`)).text();
  expect(metrics).toContain('tributary_connections_cut_total{reason="second-connect"} 1\n');
});

test('joins are counted by person: a new connection does not give them anew', async () => {
  const room = crowd.newRoom();
  const replies = [];
  for (let n = 0; n < 6; n += 1) {
    const { client, reply } = await crowd.enter(room, 'vera', 'viewer');
    replies.push(reply);
    client.close();
  }
  expect(replies.filter(({ ok }) => ok)).toHaveLength(5);
  expect(replies.at(-1)).toMatchObject({
    error: { code: 'rate-limited', retryAfterMs: expect.any(Number) },
  });
  expect((await crowd.enter(room, 'victor', 'viewer')).reply).toMatchObject({ ok: true });
});

test('the first frame is told once a join', async () => {
  const viewer = await crowd.entered(crowd.newRoom(), 'vera', 'viewer');
  for (let more = 0; more < 5; more += 1) await viewer.ask('media.firstFrame', { elapsedMs: 120 });
  const metrics = await (await fetch(`${server.adminOrigin}/metrics`)).text();
  expect(/^tributary_first_frame_seconds_count .*$/m.exec(metrics)?.[0]).toBe(
    'tributary_first_frame_seconds_count 1',
  );
});
