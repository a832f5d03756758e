import { describe, expect, test } from '@jest/globals';
import { Show, carl, cora, hanna, henry, mona, person, vera, victor } from '../support/show.ts';

describe('a room before its host', () => {
  test('waits, and lets everybody in', () => {
    const show = new Show().join(vera, mona, carl);
    expect(show.view).toMatchObject({ status: 'waiting', stage: [{ id: 'carl', role: 'cohost' }] });
    expect(show.view).not.toHaveProperty('startedAtMs');
  });

  test('goes live when the host takes the seat', () => {
    const show = new Show();
    const effects = show.run({ type: 'join', by: hanna });
    expect(show.view).toMatchObject({
      status: 'live',
      startedAtMs: show.nowMs,
      stage: [{ id: 'hanna', seat: 0 }],
    });
    expect(effects).toEqual([{ type: 'roomChanged' }, { type: 'selfChanged', id: 'hanna' }]);
  });

  test('keeps a seat for the host while co-hosts fill the others', () => {
    const show = new Show({ seats: 3 }).join(carl, cora, person('chris', 'cohost'), hanna);
    expect(show.seated).toEqual([
      ['hanna', 0],
      ['carl', 1],
      ['cora', 2],
    ]);
  });
});

describe('a viewer who joins', () => {
  test('changes nothing for anybody', () => {
    const show = new Show().join(hanna);
    const before = show.state;
    expect(show.run({ type: 'join', by: vera })).toEqual([]);
    expect(show.state).toBe(before);
  });

  test('never gets a seat by claiming the right to publish', () => {
    const show = new Show().join(hanna, person('vera', 'viewer', ['publish', 'request']));
    expect(show.seated).toEqual([['hanna', 0]]);
  });

  test('is a viewer to himself, with the rights of his token', () => {
    const show = new Show().join(hanna, vera);
    expect(show.self(vera)).toEqual({
      id: 'vera',
      name: 'Vera',
      role: 'viewer',
      rights: ['request', 'chat', 'react'],
      onStage: false,
    });
  });
});

describe('the host', () => {
  test('is the only one: a second host is refused', () => {
    expect(new Show().join(hanna).refusal({ type: 'join', by: henry })).toBe('host-present');
  });

  test('keeps a second host out while away', () => {
    const show = new Show().join(hanna);
    show.run({ type: 'drop', id: hanna.id });
    expect(show.refusal({ type: 'join', by: henry })).toBe('host-present');
  });

  test('who gave up the seat leaves the room waiting, and another may take it', () => {
    const show = new Show().join(hanna);
    const startedAtMs = show.nowMs;
    show.run({ type: 'leaveStage', by: hanna });
    expect(show.view).toEqual({ roomId: 'studio', version: 3, status: 'waiting', seats: 4, stage: [] });
    show.nowMs += 5000;
    show.join(henry);
    expect(show.view).toMatchObject({
      status: 'live',
      startedAtMs,
      stage: [{ id: 'henry', seat: 0, role: 'host' }],
    });
  });

  test('who gave up the seat is not put back by a reconnect, but by asking', () => {
    const show = new Show().join(hanna);
    show.run({ type: 'leaveStage', by: hanna });
    show.run({ type: 'drop', id: hanna.id });
    show.join(hanna);
    expect(show.view.status).toBe('waiting');
    show.run({ type: 'request', by: hanna });
    expect(show.view).toMatchObject({ status: 'live', stage: [{ id: 'hanna', role: 'host' }] });
  });

  test('without the right to publish sits in the audience', () => {
    const show = new Show().join(person('hanna', 'host', ['moderate', 'end']));
    expect(show.view).toMatchObject({ status: 'waiting', stage: [] });
  });

  test('who was there as a co-host moves to the host seat', () => {
    const show = new Show().join(carl, cora, person('cora', 'host'));
    expect(show.view).toMatchObject({
      status: 'live',
      stage: [
        { id: 'cora', role: 'host', seat: 0 },
        { id: 'carl', role: 'cohost', seat: 1 },
      ],
    });
  });
});

describe('a co-host who joins', () => {
  test('takes the lowest free seat', () => {
    const show = new Show().join(hanna, carl, cora);
    show.run({ type: 'depart', id: carl.id });
    show.join(person('chris', 'cohost'));
    expect(show.seated).toEqual([
      ['hanna', 0],
      ['chris', 1],
      ['cora', 2],
    ]);
  });

  test('finds the stage full, joins the audience and may ask', () => {
    const show = new Show({ seats: 2 }).join(hanna, carl, cora);
    expect(show.self(cora)).toMatchObject({ role: 'cohost', onStage: false });
    show.run({ type: 'request', by: cora });
    expect(show.backstage.requests).toMatchObject([{ id: 'cora' }]);
  });

  test('without the right to publish sits in the audience and may not ask', () => {
    const silent = person('silent', 'cohost', ['chat']);
    const show = new Show().join(hanna, silent);
    expect(show.self(silent).onStage).toBe(false);
    expect(show.refusal({ type: 'request', by: silent })).toBe('not-allowed');
  });

  test('starts as he asked, and with both on when he did not ask', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'join', by: cora, start: { microphone: false, camera: true } });
    expect(show.member(carl)?.intent).toMatchObject({ microphone: true, camera: true });
    expect(show.member(cora)?.intent).toMatchObject({ microphone: false, camera: true });
  });

  test('who stepped down stays in the audience over a reconnect, and is seated on his next visit', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'leaveStage', by: carl });
    show.run({ type: 'drop', id: carl.id });
    show.join(carl);
    expect(show.self(carl).onStage).toBe(false);
    show.run({ type: 'depart', id: carl.id });
    show.join(carl);
    expect(show.self(carl).onStage).toBe(true);
  });
});

describe('returning', () => {
  test('while still connected, from another tab, changes nothing', () => {
    const show = new Show().join(hanna);
    const before = show.state;
    show.run({ type: 'join', by: hanna, start: { microphone: false, camera: false } });
    expect(show.state).toBe(before);
  });

  test('under another name shows the new name', () => {
    const show = new Show().join(hanna);
    expect(show.run({ type: 'join', by: { ...hanna, name: 'Hanna B.' } })).toEqual([{ type: 'roomChanged' }]);
    expect(show.member(hanna)?.name).toBe('Hanna B.');
  });

  test('brings a viewer who was on stage back to his seat', () => {
    const show = new Show().join(hanna, vera).seat(vera);
    show.run({ type: 'drop', id: vera.id });
    show.join(victor, vera);
    expect(show.member(vera)).toMatchObject({ seat: 1, role: 'cohost', presence: 'connected' });
  });
});
