import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AnyRoom } from '../../server/rooms/anyRoom.ts';
import type { Effect } from '../../server/rooms/commands.ts';
import { RecordingShell } from '../support/recordingShell.ts';
import { RoomNetwork } from '../support/roomNetwork.ts';
import { carl, feedOf, hanna, mona, person, vera, victor } from '../support/show.ts';

/** A room behind the seam, with a way to let time pass. */
interface Behind {
  room: AnyRoom;
  performed: Effect[];
  pass(ms: number): Promise<void>;
  answer<T>(asked: T | Promise<T>): Promise<T>;
  close(): void;
}

async function atHome(): Promise<Behind> {
  const shell = new RecordingShell();
  return Promise.resolve({
    room: shell.makeRoom({ maxViewers: 3 }),
    performed: shell.performed,
    pass: (ms) => Promise.resolve(shell.clock.pass(ms)),
    answer: async (asked) => asked,
    close: () => undefined,
  });
}

async function atNode(which: 'home' | 'edge'): Promise<Behind> {
  const network = new RoomNetwork(1, { maxViewers: 3 });
  network.quality = { loss: 0, maxDelayMs: 40 };
  const home = await network.add('home');
  const edge = await network.add('edge');
  await network.pass(3000);
  expect([home.room.role, edge.room.role]).toEqual(['home', 'edge']);
  const { room, performed } = which === 'home' ? home : edge;
  return {
    room,
    performed,
    pass: (ms) => network.pass(ms),
    answer: (asked) => network.answer(asked),
    close: () => network.close(),
  };
}

describe.each([
  ['run here alone', atHome],
  ['run here, with an edge', () => atNode('home')],
  ['followed from its home', () => atNode('edge')],
])('a room %s', (_what, make) => {
  let behind: Behind;
  let room: AnyRoom;

  beforeEach(async () => {
    behind = await make();
    ({ room } = behind);
  });
  afterEach(() => {
    behind.close();
  });

  const done = { ok: true, value: undefined };
  const types = () => behind.performed.map(({ type }) => type);

  test('gives a host his seat, and shows it when the answer is there', async () => {
    expect(await behind.answer(room.join(hanna))).toEqual(done);
    expect(room.self(hanna.id)).toMatchObject({ role: 'host', onStage: true });
    expect(room.view()).toMatchObject({ status: 'live', stage: [{ id: 'hanna', presence: 'connected' }] });
    expect(types()).toContain('roomChanged');
  });

  test('admits a viewer at once', async () => {
    expect(room.join(vera)).toEqual(done);
    expect(room.self(vera.id)).toMatchObject({ role: 'viewer', onStage: false });
    expect(room.viewerCount()).toBe(1);
    for (const id of ['v1', 'v2']) expect(room.join(person(id, 'viewer'))).toEqual(done);
    expect(room.join(person('v3', 'viewer'))).toMatchObject({ error: { code: 'room-full' } });
  });

  test('answers a command when what it did can be read, and refuses with its reason', async () => {
    await behind.answer(room.join(hanna));
    await behind.answer(room.join(vera));
    expect(await behind.answer(room.run({ type: 'request', by: vera }))).toEqual(done);
    expect(room.self(vera.id)?.request).toBeDefined();
    expect(room.backstage().requests).toMatchObject([{ id: 'vera' }]);
    expect(await behind.answer(room.run({ type: 'accept', by: hanna, id: vera.id }))).toEqual(done);
    expect(room.view().stage.map(({ id }) => id)).toEqual(['hanna', 'vera']);
    expect(
      await behind.answer(room.run({ type: 'mute', by: vera, id: hanna.id, source: 'camera' })),
    ).toMatchObject({ error: { code: 'not-allowed' } });
    expect(await behind.answer(room.run({ type: 'chat', by: victor, text: 'hi' }))).toMatchObject({
      error: { code: 'not-joined' },
    });
  });

  test('has media follow what a moderator says', async () => {
    for (const one of [hanna, carl, mona]) await behind.answer(room.join(one));
    await behind.answer(room.run({ type: 'openFeed', id: carl.id, source: 'microphone' }));
    expect(room.feed(feedOf(carl, 'microphone'))).toEqual({ epoch: 1, paused: false });
    await behind.answer(room.run({ type: 'mute', by: mona, id: carl.id, source: 'microphone' }));
    expect(room.feed(feedOf(carl, 'microphone'))).toEqual({ epoch: 1, paused: true });
    expect(behind.performed).toContainEqual({
      type: 'pauseFeed',
      feedId: feedOf(carl, 'microphone'),
      paused: true,
    });
    await behind.answer(room.run({ type: 'mediaGone', id: carl.id }));
    expect(room.feed(feedOf(carl, 'microphone'))).toBeUndefined();
  });

  test('keeps a seat for who is dropped, and gives it up after the grace time', async () => {
    for (const one of [hanna, carl]) await behind.answer(room.join(one));
    room.drop(carl.id);
    await behind.pass(1000);
    expect(room.view().stage[1]).toMatchObject({ id: 'carl', presence: 'away' });
    await behind.answer(room.join(carl));
    expect(room.view().stage[1]).toMatchObject({ id: 'carl', presence: 'connected' });
    room.drop(carl.id);
    await behind.pass(21_000);
    expect(room.view().stage).toHaveLength(1);
    expect(behind.performed).toContainEqual({ type: 'unseated', id: carl.id });
  });

  test('says chat to everybody once, and keeps it', async () => {
    await behind.answer(room.join(hanna));
    await behind.answer(room.run({ type: 'chat', by: hanna, text: 'hi' }));
    await behind.pass(100);
    expect(types().filter((type) => type === 'chat')).toHaveLength(1);
    expect(room.chatHistory()).toMatchObject([{ text: 'hi', from: 'hanna' }]);
  });

  test('finds, lists and sends out who is in the audience', async () => {
    for (const one of [hanna, vera, victor]) await behind.answer(room.join(one));
    await behind.pass(2500);
    expect(await behind.answer(room.find(vera.id))).toMatchObject({ name: 'Vera' });
    expect(await behind.answer(room.find(mona.id))).toBeUndefined();
    expect(await behind.answer(room.audience(0, 10))).toEqual({
      total: 2,
      entries: [vera, victor].map(({ id, name, role }) => ({ id, name, role })),
    });
    await behind.answer(room.run({ type: 'kick', by: hanna, id: vera.id }));
    expect(behind.performed).toContainEqual({ type: 'dismiss', id: vera.id, reason: 'kicked' });
  });

  test('ends for everybody', async () => {
    for (const one of [hanna, vera]) await behind.answer(room.join(one));
    expect(await behind.answer(room.run({ type: 'end', by: hanna }))).toEqual(done);
    expect(types()).toContain('ended');
    expect(room.status).toBe('ended');
    expect(await behind.answer(room.join(vera))).toMatchObject({ error: { code: 'room-ended' } });
    expect(room.vacant).toBe(true);
  });
});
