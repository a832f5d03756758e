import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role } from '../../protocol/roles.ts';
import { cameraParameters, microphoneParameters } from '../support/rtpParameters.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { connectSignal, devToken, fingerprints } from '../support/signalClient.ts';
import type { SignalClient } from '../support/signalClient.ts';

let server: ServerProcess;
const clients: SignalClient[] = [];
let roomNumber = 0;

beforeAll(async () => {
  server = await startServerProcess([
    '--cohost-grace-ms=1500',
    '--viewer-grace-ms=500',
    '--seats=3',
    '--layers-off-after-ms=200',
  ]);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

async function enter(room: string, identity: string, role: Role) {
  const client = await connectSignal(server.origin);
  clients.push(client);
  const reply = await client.join(await devToken(server.origin, room, identity, role));
  return { client, reply };
}
async function entered(room: string, identity: string, role: Role) {
  const { client, reply } = await enter(room, identity, role);
  if (!reply.ok) throw new Error(`${identity} was refused: ${reply.error.code}`);
  return { client, joined: reply.value };
}
const newRoom = () => `room-${(roomNumber += 1)}`;
const id = (text: string) => text as never;

describe('joining', () => {
  test('one message brings everything: room, self, chat, transports and the feeds that are open', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    expect(host.joined.media).toMatchObject({ kept: false, send: { iceParameters: expect.anything() } });
    await host.client.ask('media.produce', { source: 'camera', rtpParameters: cameraParameters(11) });
    await host.client.ask('media.produce', { source: 'microphone', rtpParameters: microphoneParameters(12) });
    await host.client.ask('chat.send', { text: 'welcome' });

    const viewer = await entered(room, 'vera', 'viewer');
    expect(viewer.joined.room).toMatchObject({
      status: 'live',
      stage: [{ id: 'hanna', seat: 0, role: 'host' }],
    });
    expect(viewer.joined.self).toMatchObject({ role: 'viewer', onStage: false });
    expect(viewer.joined.chat.map(({ text }) => text)).toEqual(['welcome']);
    expect(viewer.joined.media.consumers.map(({ feedId }) => feedId).sort()).toEqual([
      'hanna:camera',
      'hanna:microphone',
    ]);
    expect(viewer.joined.media).not.toHaveProperty('send');
    expect(viewer.joined).not.toHaveProperty('backstage');
  });

  test('goes out with the connection itself where the page is ready, and is answered all the same', async () => {
    const room = newRoom();
    const { joined } = await entered(room, 'hanna', 'host');
    const { rtpCapabilities } = (await connectSignal(server.origin)).hello;
    const join = { protocol: 1, rtpCapabilities, fingerprints, features: { keyframes: false } };
    const comes = async (token: string) => {
      const client = await connectSignal(server.origin, { auth: { join: { ...join, token } } });
      clients.push(client);
      return client;
    };
    const viewer = await comes(await devToken(server.origin, room, 'vera', 'viewer'));
    const answer = await viewer.next('joined');
    expect(answer).toMatchObject({
      ok: true,
      value: { self: { role: 'viewer' }, room: { roomId: joined.room.roomId } },
    });
    expect(await viewer.ask('chat.send', { text: 'hi' })).toMatchObject({ ok: true });

    const forged = await comes('nonsense');
    expect(await forged.next('joined')).toMatchObject({ ok: false, error: { code: 'token-invalid' } });
    // He may ask again in the usual way.
    expect(await forged.join(await devToken(server.origin, room, 'fred', 'viewer'))).toMatchObject({
      ok: true,
    });
  });

  test.each([['nonsense'], [{ token: 7 }], [[]], [null], [{ protocol: 1 }]])(
    'is checked there as anywhere: %j',
    async (join) => {
      const client = await connectSignal(server.origin, { auth: { join } });
      clients.push(client);
      expect(await client.next('joined')).toMatchObject({ ok: false, error: { code: 'bad-message' } });
    },
  );

  test.each([
    ['nonsense', 'token-invalid'],
    ['a.b.c', 'token-invalid'],
    ['', 'token-missing'],
  ])('the token %j is refused', async (token, code) => {
    const client = await connectSignal(server.origin);
    clients.push(client);
    const reply = await client.join(token);
    expect(reply).toMatchObject({ ok: false, error: { code } });
  });

  test('an old page is told to reload', async () => {
    const client = await connectSignal(server.origin);
    clients.push(client);
    const token = await devToken(server.origin, newRoom(), 'old', 'viewer');
    expect(await client.join(token, { protocol: 999 })).toMatchObject({
      error: { code: 'unsupported-protocol' },
    });
  });

  test('a second tab of the same identity takes over, with the seat and the mute state', async () => {
    const room = newRoom();
    const first = await entered(room, 'hanna', 'host');
    await first.client.ask('intent.set', {
      version: first.joined.room.stage[0]?.intent.version ?? 0,
      microphone: false,
    });
    const second = await entered(room, 'hanna', 'host');
    expect(await first.client.next('left')).toEqual({ reason: 'replaced' });
    expect(second.joined.room.stage).toMatchObject([
      { id: 'hanna', intent: { microphone: false, camera: true } },
    ]);
  });

  test('a dropped connection finds its media again', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const { session } = host.joined.media;
    host.client.close();
    const again = await connectSignal(server.origin);
    clients.push(again);
    const reply = await again.join(await devToken(server.origin, room, 'hanna', 'host'), { keep: session });
    expect(reply).toMatchObject({ ok: true, value: { media: { kept: true, session } } });
  });
});

describe('the picture a camera captures', () => {
  // Half a 720p picture is needed for this tile, but only a quarter of a 1080p one.
  const tile = { feedId: id('hanna:camera'), visible: true, width: 480, height: 270 };

  test.each([
    ['as its page says', { picture: { width: 1920, height: 1080 } }, 0],
    ['720p where the page says nothing', {}, 1],
  ])('decides the layers for a tile: %s', async (_name, more, layer) => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const viewer = await entered(room, 'vera', 'viewer');
    const camera = { source: 'camera' as const, rtpParameters: cameraParameters(21), ...more };
    expect(await host.client.ask('media.produce', camera)).toMatchObject({ ok: true });
    await viewer.client.ask('media.view', { feeds: [tile] });
    await host.client.next('layers', ({ maxSpatialLayer }) => maxSpatialLayer === layer);
  });

  test('is refused where it has no size, or one no camera has', async () => {
    const host = await entered(newRoom(), 'hanna', 'host');
    for (const picture of [
      { width: 0, height: 720 },
      { width: 20_000, height: 720 },
    ]) {
      const camera = { source: 'camera' as const, rtpParameters: cameraParameters(22), picture };
      expect(await host.client.ask('media.produce', camera)).toMatchObject({
        error: { code: 'bad-message' },
      });
    }
  });
});

describe('the stage', () => {
  test('a viewer asks, is accepted, publishes, and everybody gets the feed', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const guest = await entered(room, 'gus', 'viewer');
    const viewer = await entered(room, 'vera', 'viewer');
    expect(await guest.client.ask('stage.request', {})).toMatchObject({ ok: true });
    const backstage = await host.client.next('backstage', ({ requests }) => requests.length === 1);
    expect(backstage.requests[0]).toMatchObject({ id: 'gus' });
    expect(await host.client.ask('stage.accept', { participantId: id('gus') })).toMatchObject({ ok: true });
    await guest.client.next('self', ({ onStage, role }) => onStage && role === 'cohost');
    await guest.client.ask('media.openSend', { fingerprints });
    expect(
      await guest.client.ask('media.produce', {
        source: 'microphone',
        rtpParameters: microphoneParameters(77),
      }),
    ).toMatchObject({ ok: true, value: { feedId: 'gus:microphone', epoch: 1 } });
    for (const other of [host, viewer]) {
      const view = await other.client.next('room', ({ stage }) =>
        stage.some((m) => m.id === 'gus' && m.feeds.length === 1),
      );
      expect(view.stage.map((m) => m.id)).toEqual(['hanna', 'gus']);
    }
  });

  test('a mute by the host holds for the one who was muted until he turns it on himself', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const cohost = await entered(room, 'carl', 'cohost');
    await host.client.ask('moderate.mute', { participantId: id('carl'), source: 'microphone' });
    const muted = await cohost.client.next('room', ({ stage }) =>
      stage.some((m) => m.id === 'carl' && !m.intent.microphone),
    );
    const version = muted.stage.find((m) => m.id === 'carl')?.intent.version ?? 0;
    expect(await cohost.client.ask('intent.set', { version: version - 1, microphone: true })).toMatchObject({
      error: { code: 'stale-intent' },
    });
    expect(await cohost.client.ask('intent.set', { version, microphone: true })).toMatchObject({ ok: true });
  });

  test('a dropped co-host keeps the seat for the grace time and loses it then', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const cohost = await entered(room, 'carl', 'cohost');
    cohost.client.close();
    await host.client.next('room', ({ stage }) =>
      stage.some((m) => m.id === 'carl' && m.presence === 'away'),
    );
    const later = await host.client.next('room', ({ stage }) => stage.length === 1);
    expect(later.stage.map((m) => m.id)).toEqual(['hanna']);
  });

  test('a full stage refuses the next and keeps the request', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    await entered(room, 'c1', 'cohost');
    await entered(room, 'c2', 'cohost');
    const guest = await entered(room, 'gus', 'viewer');
    await guest.client.ask('stage.request', {});
    expect(await host.client.ask('stage.accept', { participantId: id('gus') })).toMatchObject({
      error: { code: 'stage-full' },
    });
  });
});

describe('moderation and the end', () => {
  test('a banned viewer is shown out and does not come back', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const troll = await entered(room, 'troll', 'viewer');
    await host.client.ask('moderate.ban', { participantId: id('troll') });
    expect(await troll.client.next('left')).toMatchObject({ reason: 'banned' });
    expect((await enter(room, 'troll', 'viewer')).reply).toMatchObject({ error: { code: 'banned' } });
  });

  test('the end is told to everybody, and late comers learn that it is over', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const viewer = await entered(room, 'vera', 'viewer');
    expect(await host.client.ask('room.end', {})).toMatchObject({ ok: true });
    expect(await viewer.client.next('left')).toMatchObject({
      reason: 'ended',
      durationMs: expect.any(Number),
    });
    expect((await enter(room, 'late', 'viewer')).reply).toMatchObject({ error: { code: 'room-ended' } });
  });
});

describe('what viewers cost the others', () => {
  test('thirty joins make the host hear of a number, not of thirty people', async () => {
    const room = newRoom();
    const host = await entered(room, 'hanna', 'host');
    const heard: string[] = [];
    host.client.socket.onAny((event: string) => heard.push(event));
    await Promise.all(Array.from({ length: 30 }, (_, n) => entered(room, `viewer-${n}`, 'viewer')));
    await host.client.next('viewers', ({ count }) => count === 30);
    expect(heard.filter((event) => event === 'room')).toHaveLength(0);
    expect(heard.filter((event) => event === 'viewers').length).toBeLessThanOrEqual(4);
    const page = await host.client.ask('audience.list', { offset: 10, limit: 5 });
    expect(page).toMatchObject({ ok: true, value: { total: 30 } });
    expect(page.ok && page.value.entries).toHaveLength(5);
  });
});
