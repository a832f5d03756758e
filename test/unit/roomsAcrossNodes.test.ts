import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RoomNetwork } from '../support/roomNetwork.ts';
import type { RoomNode } from '../support/roomNetwork.ts';
import { carl, feedOf, hanna, mona, person, vera, victor } from '../support/show.ts';

let network: RoomNetwork;
let home: RoomNode;
let edge: RoomNode;
let other: RoomNode;

beforeEach(async () => {
  network = new RoomNetwork(7);
  network.quality = { loss: 0, maxDelayMs: 40 };
  home = await network.add('home');
  edge = await network.add('edge');
  other = await network.add('other');
  await network.answer(home.room.join(hanna));
  await network.pass(3000);
});
afterEach(() => {
  network.close();
});

const roles = () => [home, edge, other].map(({ room }) => room.role);
const presences = ({ room }: RoomNode) => room.view().stage.map(({ id, presence }) => `${id} ${presence}`);
const homeAway = { ok: false, error: { code: 'home-away' } };

describe('viewers of a room at several nodes', () => {
  test('come by hundreds at an edge without a message each, and are counted by all', async () => {
    network.sent.clear();
    for (let n = 0; n < 500; n += 1)
      expect(edge.room.join(person(`v${n}`, 'viewer'))).toEqual({ ok: true, value: undefined });
    await network.pass(1000);
    expect(network.sent.get('room.command')).toBeUndefined();
    expect(network.sent.get('room.attach')).toBeLessThanOrEqual(4);
    void other.room.join(vera);
    await network.pass(2500);
    expect([home, edge, other].map(({ room }) => room.viewerCount())).toEqual([501, 501, 501]);
    expect(home.counts.at(-1)).toBe(501);
    expect(other.counts.at(-1)).toBe(501);
  });

  test('are no longer counted when their node is gone', async () => {
    void edge.room.join(vera);
    void other.room.join(victor);
    await network.pass(2500);
    network.kill(edge);
    await network.pass(8000);
    expect([home.room.viewerCount(), other.room.viewerCount()]).toEqual([1, 1]);
  });

  test('are found, invited and sent out from another node', async () => {
    await network.answer(other.room.join(mona));
    void edge.room.join(vera);
    const found = await network.answer(other.room.find(vera.id));
    expect(found).toEqual(vera);
    await network.answer(other.room.run({ type: 'invite', by: mona, id: vera.id, name: vera.name }));
    await network.pass(100);
    expect(edge.room.self(vera.id)?.invitation).toMatchObject({ byName: 'Mona' });
    await network.answer(edge.room.run({ type: 'acceptInvitation', by: vera }));
    await network.answer(other.room.run({ type: 'ban', by: mona, id: vera.id, name: vera.name }));
    await network.pass(100);
    for (const { room } of [home, edge, other]) expect(room.view().stage).toHaveLength(1);
    expect(edge.performed).toContainEqual({ type: 'dismiss', id: vera.id, reason: 'banned' });
    expect(other.performed).not.toContainEqual(expect.objectContaining({ type: 'dismiss' }));
    expect(await network.answer(other.room.join(vera))).toMatchObject({ error: { code: 'banned' } });
  });
});

describe('people with seats', () => {
  test('move to another node with them, and are asked for nothing by the one they left', async () => {
    await network.answer(edge.room.join(carl));
    await network.answer(other.room.join(carl));
    await network.pass(100);
    expect(edge.performed).toContainEqual({ type: 'replaced', id: carl.id, at: other.nodeId });
    edge.room.depart(carl.id);
    edge.room.drop(carl.id);
    await network.pass(3000);
    expect(presences(home)).toEqual(['hanna connected', 'carl connected']);
    await network.answer(home.room.join(carl));
    await network.pass(3000);
    expect(other.performed).toContainEqual({ type: 'replaced', id: carl.id, at: home.nodeId });
    expect(presences(edge)).toEqual(['hanna connected', 'carl connected']);
  });

  test('are not touched by what comes late from the node they left', async () => {
    await network.answer(edge.room.join(carl));
    network.cutOff.add(edge.nodeId);
    edge.room.drop(carl.id);
    await network.answer(other.room.join(carl));
    network.cutOff.clear();
    for (let n = 0; n < 40; n += 1) {
      await network.pass(50);
      expect(presences(home)).toEqual(['hanna connected', 'carl connected']);
    }
  });

  test('have media stopped by their own node alone', async () => {
    await network.answer(edge.room.join(carl));
    await network.answer(edge.room.run({ type: 'openFeed', id: carl.id, source: 'camera' }));
    await network.answer(home.room.run({ type: 'mute', by: hanna, id: carl.id, source: 'camera' }));
    await network.pass(100);
    const pause = { type: 'pauseFeed', feedId: feedOf(carl, 'camera'), paused: true };
    expect(edge.performed).toContainEqual(pause);
    for (const { performed } of [home, other]) expect(performed).not.toContainEqual(pause);
  });

  test('are away when their node is gone, and back on their seats elsewhere', async () => {
    await network.answer(edge.room.join(carl));
    network.kill(edge);
    await network.pass(7000);
    expect(presences(other)).toEqual(['hanna connected', 'carl away']);
    await network.answer(other.room.join(carl));
    expect(presences(other)).toEqual(['hanna connected', 'carl connected']);
  });
});

describe('a message that is lost', () => {
  test('is made up for by the next, with whom it was about sent out all the same', async () => {
    void edge.room.join(vera);
    await network.answer(home.room.find(vera.id));
    network.cutOff.add(edge.nodeId);
    await network.answer(home.room.run({ type: 'kick', by: hanna, id: vera.id }));
    await network.answer(home.room.run({ type: 'chat', by: hanna, text: 'hi' }));
    await network.pass(100);
    network.cutOff.clear();
    await network.pass(5000);
    expect(edge.performed).toContainEqual({ type: 'dismiss', id: vera.id, reason: 'kicked' });
    expect(edge.room.chatHistory()).toMatchObject([{ text: 'hi' }]);
    expect(edge.room.known.at).toEqual(home.room.known.at);
  });

  test('is made up for by the whole state where too much is missing', async () => {
    network.cutOff.add(edge.nodeId);
    for (let n = 0; n < 100; n += 1)
      await network.answer(home.room.run({ type: 'chat', by: hanna, text: `${n}` }));
    network.cutOff.clear();
    await network.pass(5000);
    expect(edge.room.known.state).toEqual(home.room.known.state);
    expect(edge.performed.filter(({ type }) => type === 'chat')).toHaveLength(50);
  });
});

describe('a room whose home is lost', () => {
  test('goes on at an edge, with everything that was decided', async () => {
    await network.answer(edge.room.join(carl));
    await network.answer(
      home.room.run({ type: 'allow', by: hanna, id: carl.id, source: 'microphone', allowed: false }),
    );
    await network.pass(100);
    const { version } = edge.room.view();
    network.kill(home);
    await network.pass(12_000);
    expect([edge.room.role, other.room.role].sort()).toEqual(['edge', 'home']);
    for (const node of [edge, other]) {
      expect(presences(node)).toEqual(['hanna away', 'carl connected']);
      expect(node.room.view().stage[1]?.intent).toMatchObject({
        microphone: false,
        locked: { microphone: true },
      });
      expect(node.room.view().version).toBeGreaterThan(version);
    }
    expect(await network.answer(other.room.join(hanna))).toMatchObject({ ok: true });
    expect(presences(edge)).toEqual(['hanna connected', 'carl connected']);
  });

  test('has another within two seconds where links to it break', async () => {
    await network.answer(edge.room.join(carl));
    network.lose(home);
    await network.pass(2000);
    expect([edge.room.role, other.room.role].sort()).toEqual(['edge', 'home']);
    expect(await network.answer(edge.room.run({ type: 'chat', by: carl, text: 'on' }))).toMatchObject({
      ok: true,
    });
  });

  test('keeps it where a link only blinks', async () => {
    await network.answer(edge.room.join(carl));
    edge.room.peerLost(home.nodeId);
    home.room.peerLost(edge.nodeId);
    expect(edge.room.role).toBe('settling');
    await network.pass(1000);
    expect(roles()).toEqual(['home', 'edge', 'edge']);
    expect(await network.answer(edge.room.run({ type: 'chat', by: carl, text: 'on' }))).toMatchObject({
      ok: true,
    });
  });

  test('keeps it where a link blinks while the store is away', async () => {
    for (const node of [home, edge, other]) node.storeAway = true;
    await network.answer(edge.room.join(carl));
    edge.room.peerLost(home.nodeId);
    home.room.peerLost(edge.nodeId);
    await network.pass(2000);
    expect(roles()).toEqual(['home', 'edge', 'edge']);
    expect(await network.answer(edge.room.run({ type: 'chat', by: carl, text: 'on' }))).toMatchObject({
      ok: true,
    });
  });

  test('goes on from whoever knows most', async () => {
    await network.answer(edge.room.join(mona));
    network.cutOff.add(other.nodeId);
    await network.answer(edge.room.run({ type: 'chat', by: mona, text: 'only at the edge' }));
    network.kill(home);
    network.cutOff.clear();
    await network.pass(12_000);
    for (const { room } of [edge, other])
      expect(room.chatHistory()).toMatchObject([{ text: 'only at the edge' }]);
  });

  test('shows nobody a view that he takes for an older one', async () => {
    network.cutOff.add(home.nodeId);
    for (let n = 0; n < 20; n += 1) {
      const { version } = home.room.view().stage[0]!.intent;
      await home.room.run({ type: 'setIntent', by: hanna, version, camera: n % 2 === 1 });
    }
    const { version } = home.room.view();
    network.kill(home);
    await network.pass(12_000);
    expect(edge.room.view().version).toBeGreaterThan(version);
  });

  test('is followed by the old home when that wakes, which decides nothing more', async () => {
    network.kill(home);
    await network.pass(12_000);
    network.wake(home);
    await network.pass(5000);
    expect(roles().filter((role) => role === 'home')).toHaveLength(1);
    expect(home.room.role).toBe('edge');
    expect(presences(edge)).toEqual(['hanna connected']);
    expect(home.room.known.state).toEqual(edge.room.known.state);
  });

  test('admits viewers at its edges meanwhile, and refuses the rest with a reason', async () => {
    for (const node of [home, edge, other]) node.storeAway = true;
    await network.answer(edge.room.join(carl));
    network.kill(home);
    await network.pass(20_000);
    expect(edge.room.join(vera)).toMatchObject({ ok: true });
    expect(presences(edge)).toEqual(['hanna connected', 'carl connected']);
    expect(await network.answer(edge.room.run({ type: 'request', by: vera }))).toMatchObject(homeAway);
    for (const node of [edge, other]) node.storeAway = false;
    await network.pass(12_000);
    expect(await network.answer(edge.room.run({ type: 'request', by: vera }))).toMatchObject({ ok: true });
  });

  test('hears later of feeds that closed meanwhile', async () => {
    await network.answer(edge.room.join(carl));
    await network.answer(edge.room.run({ type: 'openFeed', id: carl.id, source: 'camera' }));
    network.kill(home);
    expect(
      await network.answer(edge.room.run({ type: 'closeFeed', feedId: feedOf(carl, 'camera') })),
    ).toMatchObject(homeAway);
    await network.pass(12_000);
    for (const { room } of [edge, other]) expect(room.feed(feedOf(carl, 'camera'))).toBeUndefined();
  });
});

describe('a home that the store does not hear', () => {
  test('goes on as long as all its edges are with it', async () => {
    home.storeAway = true;
    await network.pass(60_000);
    expect(home.room.role).toBe('home');
    expect(await network.answer(edge.room.join(carl))).toMatchObject({ ok: true });
  });

  test('stops where an edge is gone that may have taken the room', async () => {
    home.storeAway = true;
    network.cutOff.add(home.nodeId);
    await network.pass(10_000);
    expect(home.room.role).toBe('settling');
    expect(await network.answer(home.room.run({ type: 'chat', by: hanna, text: 'hi' }))).toMatchObject(
      homeAway,
    );
    expect(home.room.view().stage).toHaveLength(1);
    home.storeAway = false;
    network.cutOff.clear();
    await network.pass(15_000);
    expect(roles().filter((role) => role === 'home')).toHaveLength(1);
    expect(presences(other)).toEqual(['hanna connected']);
  });
});

describe('a home that the store does not hear and that has lost an edge', () => {
  test('stops within two seconds and a half, since the edge may have taken the room', async () => {
    home.storeAway = true;
    network.cutOff.add(edge.nodeId);
    home.room.peerLost(edge.nodeId);
    await network.pass(1000);
    expect(home.room.role).toBe('home');
    await network.pass(1500);
    expect(home.room.role).toBe('settling');
  });
});

test('data messages reach everybody once, at whichever node', async () => {
  void edge.room.join(vera);
  const message = { from: vera.id, topic: 'score', payload: '1:0' };
  edge.room.sendData(message);
  edge.room.sendData(message, hanna.id);
  await network.pass(100);
  for (const { data } of [home, edge, other])
    expect(data).toEqual(expect.arrayContaining([message, { ...message, to: hanna.id }]));
  expect([home, edge, other].map(({ data }) => data.length)).toEqual([2, 2, 2]);
});
