import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { NodeCluster } from '../support/nodeCluster.ts';
import type { ClusterNode } from '../support/nodeCluster.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';

let cluster: NodeCluster;
let nodes: [ClusterNode, ClusterNode, ClusterNode];
let crowds: [SignalCrowd, SignalCrowd, SignalCrowd];
let rooms = 0;

beforeAll(async () => {
  cluster = new NodeCluster();
  nodes = [await cluster.start('a'), await cluster.start('b'), await cluster.start('c')];
  crowds = [
    new SignalCrowd(nodes[0].origin),
    new SignalCrowd(nodes[1].origin),
    new SignalCrowd(nodes[2].origin),
  ];
});
afterEach(() => {
  for (const crowd of crowds) crowd.close();
});
afterAll(() => cluster.close());

const id = (text: string) => text as never;
const newRoom = () => `across-${(rooms += 1)}`;

describe('a room at three nodes', () => {
  test('is one room: seats, chat, mute, counts and moderation reach everybody', async () => {
    const [a, b, c] = crowds;
    const room = newRoom();
    const hanna = await a.entered(room, 'hanna', 'host');
    const vera = await b.entered(room, 'vera', 'viewer');
    const mona = await c.entered(room, 'mona', 'moderator');
    const victor = await c.entered(room, 'victor', 'viewer');

    expect(await vera.ask('stage.request', {})).toMatchObject({ ok: true });
    await hanna.next('backstage', ({ requests }) => requests.some((one) => one.id === 'vera'));
    expect(await hanna.ask('stage.accept', { participantId: id('vera') })).toMatchObject({ ok: true });
    expect(await vera.next('self', ({ onStage }) => onStage)).toMatchObject({ role: 'cohost' });
    for (const one of [hanna, vera, mona, victor])
      await one.next('room', ({ stage }) => stage.length === 2 && stage[1]?.id === 'vera');

    expect(await victor.ask('chat.send', { text: 'hello from c' })).toMatchObject({ ok: true });
    for (const one of [hanna, vera, mona, victor])
      expect(await one.next('chat')).toMatchObject({ from: 'victor', text: 'hello from c' });

    const muted = { participantId: id('vera'), source: 'microphone' as const };
    expect(await mona.ask('moderate.mute', muted)).toMatchObject({ ok: true });
    for (const one of [hanna, vera, mona])
      await one.next('room', ({ stage }) => stage[1]?.intent.microphone === false);

    for (const one of [hanna, vera, mona]) await one.next('viewers', ({ count }) => count === 2);

    expect(await mona.ask('audience.list', { offset: 0, limit: 10 })).toMatchObject({
      value: { total: 2, entries: [{ id: 'mona' }, { id: 'victor' }] },
    });
    expect(await hanna.ask('moderate.kick', { participantId: id('victor') })).toMatchObject({ ok: true });
    expect(await victor.next('left')).toMatchObject({ reason: 'kicked' });
    expect(await hanna.ask('moderate.kick', { participantId: id('nobody') })).toMatchObject({
      error: { code: 'no-such-participant' },
    });
  });

  test('lets a person move to another node with his seat, and tells his old page', async () => {
    const [a, b] = crowds;
    const room = newRoom();
    await a.entered(room, 'hanna', 'host');
    const before = await a.entered(room, 'carl', 'cohost');
    const after = await b.entered(room, 'carl', 'cohost');
    expect(await before.next('left')).toEqual({ reason: 'replaced' });
    expect(await after.ask('chat.send', { text: 'still here' })).toMatchObject({ ok: true });
    const { reply } = await b.enter(room, 'vera', 'viewer');
    expect(reply).toMatchObject({
      value: { room: { stage: [{ id: 'hanna' }, { id: 'carl', presence: 'connected' }] } },
    });
  });

  test('goes on when its home is lost: nothing that was decided is gone, and seats wait', async () => {
    const [a, b, c] = crowds;
    const room = newRoom();
    await a.entered(room, 'hanna', 'host');
    const carl = await b.entered(room, 'carl', 'cohost');
    const mona = await c.entered(room, 'mona', 'moderator');
    const locked = { participantId: id('carl'), source: 'microphone' as const, allowed: false };
    expect(await mona.ask('moderate.allow', locked)).toMatchObject({ ok: true });
    expect(await carl.ask('chat.send', { text: 'before' })).toMatchObject({ ok: true });

    await nodes[0].cutOff();
    await carl.next('room', ({ stage }) => stage[0]?.presence === 'away');
    const { reply } = await b.enter(room, 'vera', 'viewer');
    expect(reply).toMatchObject({
      value: {
        chat: [{ text: 'before' }],
        room: {
          status: 'live',
          stage: [
            { id: 'hanna', presence: 'away' },
            { id: 'carl', presence: 'connected' },
          ],
        },
      },
    });
    expect(await mona.ask('chat.send', { text: 'after' })).toMatchObject({ ok: true });
    await carl.next('chat', ({ text }) => text === 'after');
    const { version } = (await mona.next('room', ({ stage }) => stage[1]?.id === 'carl')).stage[1]!.intent;
    expect(await carl.ask('intent.set', { version, microphone: true })).toMatchObject({ ok: false });
    // The host comes back through another node, to his own seat.
    await c.entered(room, 'hanna', 'host');
    await carl.next('room', ({ stage }) => stage[0]?.presence === 'connected');
  });
});
