import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';

let server: ServerProcess;
let crowd: SignalCrowd;

beforeAll(async () => {
  server = await startServerProcess([
    '--max-viewers=2',
    '--viewer-grace-ms=300',
    '--cohost-grace-ms=60000',
    '--invitation-ttl-ms=700',
    '--request-ttl-ms=700',
  ]);
  crowd = new SignalCrowd(server.origin);
});
afterEach(() => {
  crowd.close();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const id = (text: string) => text as never;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a full room takes no further viewer, but its crew, and again somebody when one has left', async () => {
  const room = crowd.newRoom();
  await crowd.entered(room, 'hanna', 'host');
  const [first] = await Promise.all(['v1', 'v2'].map((viewer) => crowd.entered(room, viewer, 'viewer')));
  expect((await crowd.enter(room, 'v3', 'viewer')).reply).toMatchObject({ error: { code: 'room-full' } });
  await crowd.entered(room, 'carl', 'cohost');
  const moderator = await crowd.entered(room, 'mo', 'moderator');
  await first!.ask('leave', {});
  // The moderator watches too, and has the place.
  expect((await crowd.enter(room, 'v3', 'viewer')).reply).toMatchObject({ error: { code: 'room-full' } });
  await moderator.ask('leave', {});
  expect((await crowd.enter(room, 'v3', 'viewer')).reply).toMatchObject({ ok: true });
  const metrics = await (await fetch(`${server.adminOrigin}/metrics`)).text();
  expect(metrics).toContain('tributary_joins_total{result="room-full"}');
});

test('who is kicked is shown out, may come back, and is not on stage then', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  const carl = await crowd.entered(room, 'carl', 'cohost');
  const gone = new Promise((resolve) => carl.socket.once('disconnect', resolve));
  expect(await host.ask('moderate.kick', { participantId: id('carl') })).toMatchObject({ ok: true });
  expect(await carl.next('left')).toEqual({ reason: 'kicked' });
  await gone;
  await host.next('room', ({ stage }) => stage.length === 1);
  const { reply } = await crowd.enter(room, 'carl', 'cohost');
  expect(reply).toMatchObject({ ok: true, value: { self: { onStage: false } } });
});

describe('an invitation', () => {
  test('is told to whom it is for, and taken back', async () => {
    const room = crowd.newRoom();
    const host = await crowd.entered(room, 'hanna', 'host');
    const guest = await crowd.entered(room, 'gus', 'viewer');
    await host.ask('stage.invite', { participantId: id('gus') });
    await guest.next('self', ({ invitation }) => invitation?.byName === 'hanna');
    await host.ask('stage.uninvite', { participantId: id('gus') });
    await guest.next('self', ({ invitation }) => invitation === undefined);
    expect(await guest.ask('stage.acceptInvitation', {})).toMatchObject({ error: { code: 'no-invitation' } });
  });

  test('expires, and so does a request, and both sides hear of it', async () => {
    const room = crowd.newRoom();
    const host = await crowd.entered(room, 'hanna', 'host');
    const guest = await crowd.entered(room, 'gus', 'viewer');
    await host.ask('stage.invite', { participantId: id('gus') });
    await guest.next('self', ({ invitation }) => invitation !== undefined);
    await guest.next('self', ({ invitation }) => invitation === undefined);
    const { version } = await host.next('backstage', ({ invitations }) => invitations.length === 0);
    await guest.ask('stage.request', {});
    await host.next('backstage', ({ requests }) => requests.length === 1);
    await host.next('backstage', (later) => later.version > version && later.requests.length === 0);
    expect(await host.ask('stage.accept', { participantId: id('gus') })).toMatchObject({
      error: { code: 'no-request' },
    });
  });
});

test('who is brought on stage in the moment his line is lost keeps the seat for its own grace', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  const guest = await crowd.entered(room, 'gus', 'viewer');
  await guest.ask('stage.request', {});
  guest.close();
  await pause(100);
  expect(await host.ask('stage.accept', { participantId: id('gus') })).toMatchObject({ ok: true });
  await host.next('room', ({ stage }) => stage.some((member) => member.presence === 'away'));
  // Longer than a viewer's grace.
  await pause(600);
  const { reply } = await crowd.enter(room, 'gus', 'viewer');
  expect(reply).toMatchObject({ ok: true, value: { self: { onStage: true, role: 'cohost' } } });
});
