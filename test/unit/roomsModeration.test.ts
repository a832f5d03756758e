import { describe, expect, test } from '@jest/globals';
import { limits } from '../../protocol/limits.ts';
import { Show, asId, carl, hanna, henry, mona, person, vera } from '../support/show.ts';

describe('kicking', () => {
  test('dismisses a viewer without a word to the others', () => {
    const show = new Show().join(hanna, vera);
    expect(show.run({ type: 'kick', by: hanna, id: vera.id })).toEqual([
      { type: 'dismiss', id: 'vera', reason: 'kicked' },
    ]);
    expect(show.refusal({ type: 'join', by: vera })).toBeUndefined();
  });

  test('takes the feeds and the seat first, and a co-host who returns sits in the audience', () => {
    const show = new Show().join(hanna, carl).open(carl, 'camera');
    expect(show.run({ type: 'kick', by: hanna, id: carl.id })).toEqual([
      { type: 'closeFeed', feedId: 'carl:camera' },
      { type: 'unseated', id: 'carl' },
      { type: 'roomChanged' },
      { type: 'selfChanged', id: 'carl' },
      { type: 'dismiss', id: 'carl', reason: 'kicked' },
    ]);
    show.join(carl);
    expect(show.self(carl).onStage).toBe(false);
  });

  test('needs the right to moderate, and never meets the host or oneself', () => {
    const show = new Show().join(hanna, carl, mona, vera);
    for (const type of ['kick', 'ban'] as const) {
      expect(show.refusal({ type, by: carl, id: vera.id, name: 'Vera' })).toBe('not-allowed');
      expect(show.refusal({ type, by: mona, id: hanna.id, name: 'Hanna' })).toBe('not-allowed');
      expect(show.refusal({ type, by: mona, id: mona.id, name: 'Mona' })).toBe('not-allowed');
    }
  });

  test('never meets a host who stepped down', () => {
    const show = new Show().join(hanna, mona);
    show.run({ type: 'leaveStage', by: hanna });
    expect(show.refusal({ type: 'kick', by: mona, id: hanna.id })).toBe('not-allowed');
  });
});

describe('banning', () => {
  const ban = { type: 'ban', by: hanna, id: vera.id, name: 'Vera' } as const;

  test('dismisses, removes the request, and refuses the next join until it is lifted', () => {
    const show = new Show().join(hanna, vera);
    show.run({ type: 'request', by: vera });
    expect(show.run(ban)).toEqual([
      { type: 'backstageChanged' },
      { type: 'selfChanged', id: 'vera' },
      { type: 'dismiss', id: 'vera', reason: 'banned' },
    ]);
    expect(show.backstage).toMatchObject({ requests: [], bans: [{ id: 'vera', name: 'Vera' }] });
    expect(show.refusal({ type: 'join', by: vera })).toBe('banned');
    show.run({ type: 'unban', by: hanna, id: vera.id });
    expect(show.refusal({ type: 'join', by: vera })).toBeUndefined();
  });

  test('removes the invitation', () => {
    const show = new Show().join(hanna, vera);
    show.run({ type: 'invite', by: hanna, id: vera.id, name: 'Vera' });
    show.run(ban);
    expect(show.backstage.invitations).toEqual([]);
  });

  test('does not keep the host of the room out', () => {
    const show = new Show().join(mona);
    show.run({ type: 'ban', by: mona, id: henry.id, name: 'Henry' });
    expect(show.refusal({ type: 'join', by: henry })).toBeUndefined();
  });

  test('holds over the end of the show', () => {
    const show = new Show().join(hanna, vera);
    show.run(ban);
    show.run({ type: 'end', by: hanna });
    show.join(hanna);
    expect(show.refusal({ type: 'join', by: vera })).toBe('banned');
  });

  test('beyond the limit forgets the oldest', () => {
    const show = new Show().join(hanna);
    for (let n = 0; n <= limits.bans; n += 1)
      show.run({ type: 'ban', by: hanna, id: asId(`v${n}`), name: `V${n}` });
    expect(show.backstage.bans).toHaveLength(limits.bans);
    expect(show.refusal({ type: 'join', by: person('v0', 'viewer') })).toBeUndefined();
    expect(show.refusal({ type: 'join', by: person('v1', 'viewer') })).toBe('banned');
  });

  test('is lifted by those who moderate, where there is one', () => {
    const show = new Show().join(hanna, carl);
    expect(show.refusal({ type: 'unban', by: carl, id: vera.id })).toBe('not-allowed');
    expect(show.refusal({ type: 'unban', by: hanna, id: vera.id })).toBe('no-such-participant');
  });
});

describe('chat', () => {
  test('goes to everybody, numbered, with the role one has now', () => {
    const show = new Show().join(hanna, vera).seat(vera);
    const sentAtMs = show.nowMs;
    expect(show.run({ type: 'chat', by: hanna, text: 'welcome' })).toEqual([
      {
        type: 'chat',
        message: { id: 1, from: 'hanna', name: 'Hanna', role: 'host', text: 'welcome', sentAtMs },
      },
    ]);
    expect(show.run({ type: 'chat', by: vera, text: 'hi' })).toMatchObject([
      { type: 'chat', message: { id: 2, role: 'cohost' } },
    ]);
  });

  test('needs the right to chat', () => {
    const show = new Show().join(hanna);
    expect(show.refusal({ type: 'chat', by: person('vera', 'viewer', ['request']), text: 'x' })).toBe(
      'not-allowed',
    );
  });

  test('keeps the last messages', () => {
    const show = new Show().join(hanna);
    for (let n = 0; n < limits.chatHistory + 5; n += 1) show.run({ type: 'chat', by: hanna, text: `${n}` });
    expect(show.state.chat).toHaveLength(limits.chatHistory);
    expect(show.state.chat[0]).toMatchObject({ id: 6, text: '5' });
  });

  test('leaves the views as they are', () => {
    const show = new Show().join(hanna);
    const { version, backstageVersion } = show.state;
    show.run({ type: 'chat', by: hanna, text: 'x' });
    expect(show.state).toMatchObject({ version, backstageVersion });
  });
});
