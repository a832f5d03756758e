import { describe, expect, test } from '@jest/globals';
import { limits } from '../../protocol/limits.ts';
import { Show, asId, carl, cora, hanna, mona, person, vera, victor } from '../support/show.ts';

describe('a request to join the stage', () => {
  test('waits backstage with its time to live, and is told to the asker', () => {
    const show = new Show().join(hanna, vera);
    const effects = show.run({ type: 'request', by: vera });
    const expiresAtMs = show.nowMs + 60_000;
    expect(effects).toEqual([{ type: 'backstageChanged' }, { type: 'selfChanged', id: 'vera' }]);
    expect(show.backstage.requests).toEqual([
      { id: 'vera', name: 'Vera', requestedAtMs: show.nowMs, expiresAtMs },
    ]);
    expect(show.self(vera).request).toEqual({ expiresAtMs });
  });

  test('stands in the order of asking, one a person', () => {
    const show = new Show().join(hanna);
    for (const by of [victor, vera, victor]) show.run({ type: 'request', by });
    expect(show.backstage.requests.map(({ id }) => id)).toEqual(['victor', 'vera']);
  });

  test('needs the right to ask', () => {
    const show = new Show().join(hanna);
    expect(show.refusal({ type: 'request', by: person('vera', 'viewer', ['chat']) })).toBe('not-allowed');
  });

  test('is refused to whom is on stage', () => {
    expect(new Show().join(hanna, carl).refusal({ type: 'request', by: carl })).toBe('already-on-stage');
  });

  test('is refused when too many wait', () => {
    const show = new Show().join(hanna);
    for (let n = 0; n < limits.stageRequests; n += 1)
      show.run({ type: 'request', by: person(`v${n}`, 'viewer') });
    expect(show.refusal({ type: 'request', by: vera })).toBe('queue-full');
    show.run({ type: 'withdraw', by: person('v7', 'viewer') });
    expect(show.refusal({ type: 'request', by: vera })).toBeUndefined();
  });

  test('becomes a seat when it is accepted; the token role stays', () => {
    const show = new Show().join(hanna, vera);
    show.run({ type: 'request', by: vera });
    const effects = show.run({ type: 'accept', by: hanna, id: vera.id });
    expect(effects).toEqual([
      { type: 'roomChanged' },
      { type: 'backstageChanged' },
      { type: 'selfChanged', id: 'vera' },
    ]);
    expect(show.member(vera)).toMatchObject({
      role: 'cohost',
      seat: 1,
      intent: { microphone: true, camera: true },
    });
    expect(show.self(vera)).toMatchObject({
      role: 'cohost',
      onStage: true,
      rights: ['request', 'chat', 'react'],
    });
    expect(show.backstage.requests).toEqual([]);
  });

  test('stays when it is accepted onto a full stage', () => {
    const show = new Show({ seats: 2 }).join(hanna, carl, vera);
    show.run({ type: 'request', by: vera });
    expect(show.refusal({ type: 'accept', by: hanna, id: vera.id })).toBe('stage-full');
    expect(show.backstage.requests).toHaveLength(1);
  });

  test('is answered by the host and moderators only', () => {
    const show = new Show().join(hanna, mona, carl, vera);
    show.run({ type: 'request', by: vera });
    expect(show.refusal({ type: 'accept', by: carl, id: vera.id })).toBe('not-allowed');
    expect(show.refusal({ type: 'refuse', by: vera, id: vera.id })).toBe('not-allowed');
    expect(show.refusal({ type: 'accept', by: mona, id: vera.id })).toBeUndefined();
  });

  test('can be refused and withdrawn, once', () => {
    const show = new Show().join(hanna, vera, victor);
    show.run({ type: 'request', by: vera });
    show.run({ type: 'request', by: victor });
    expect(show.run({ type: 'refuse', by: hanna, id: vera.id })).toContainEqual({
      type: 'selfChanged',
      id: 'vera',
    });
    show.run({ type: 'withdraw', by: victor });
    expect(show.backstage.requests).toEqual([]);
    expect(show.refusal({ type: 'refuse', by: hanna, id: vera.id })).toBe('no-request');
    expect(show.refusal({ type: 'withdraw', by: victor })).toBe('no-request');
    expect(show.refusal({ type: 'accept', by: hanna, id: victor.id })).toBe('no-request');
  });

  test('expires', () => {
    const show = new Show().join(hanna, vera);
    show.run({ type: 'request', by: vera });
    expect(show.wait(59_999)).toEqual([]);
    expect(show.wait(1)).toEqual([{ type: 'backstageChanged' }, { type: 'selfChanged', id: 'vera' }]);
    expect(show.self(vera).request).toBeUndefined();
  });

  test('outlives a lost connection, but not a departure', () => {
    const show = new Show().join(hanna, vera);
    show.run({ type: 'request', by: vera });
    show.run({ type: 'drop', id: vera.id });
    expect(show.backstage.requests).toHaveLength(1);
    show.run({ type: 'depart', id: vera.id });
    expect(show.backstage.requests).toEqual([]);
  });

  test('of a co-host who stepped down is a seat at once, since his token gives one', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'leaveStage', by: carl });
    show.run({ type: 'request', by: carl });
    expect(show.member(carl)).toMatchObject({ seat: 1 });
  });

  test('of a co-host whom the host took off the stage has to wait', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'removeFromStage', by: hanna, id: carl.id });
    show.run({ type: 'request', by: carl });
    expect(show.member(carl)).toBeUndefined();
    show.run({ type: 'accept', by: hanna, id: carl.id });
    expect(show.member(carl)).toMatchObject({ seat: 1 });
  });
});

describe('an invitation', () => {
  const invite = (guest = vera, by = hanna) =>
    ({ type: 'invite', by, id: guest.id, name: guest.name }) as const;

  test('is shown to the invited with the name of who invites', () => {
    const show = new Show().join(hanna, mona, vera);
    show.run(invite(vera, mona));
    expect(show.self(vera).invitation).toEqual({ byName: 'Mona', expiresAtMs: show.nowMs + 40_000 });
    expect(show.backstage.invitations).toEqual([
      { id: 'vera', name: 'Vera', invitedBy: 'mona', expiresAtMs: show.nowMs + 40_000 },
    ]);
  });

  test('becomes a seat when it is accepted', () => {
    const show = new Show().join(hanna, vera);
    show.run(invite());
    show.run({ type: 'acceptInvitation', by: vera });
    expect(show.member(vera)).toMatchObject({ seat: 1, role: 'cohost' });
    expect(show.backstage.invitations).toEqual([]);
  });

  test('stays when it is accepted onto a full stage', () => {
    const show = new Show({ seats: 2 }).join(hanna, carl, vera);
    show.run(invite());
    expect(show.refusal({ type: 'acceptInvitation', by: vera })).toBe('stage-full');
    expect(show.backstage.invitations).toHaveLength(1);
  });

  test('can be declined, taken back, and expires', () => {
    const show = new Show().join(hanna, vera);
    show.run(invite());
    show.run({ type: 'declineInvitation', by: vera });
    show.run(invite());
    show.run({ type: 'uninvite', by: hanna, id: vera.id });
    show.run(invite());
    show.wait(40_000);
    expect(show.backstage.invitations).toEqual([]);
    for (const type of ['acceptInvitation', 'declineInvitation'] as const) {
      expect(show.refusal({ type, by: vera })).toBe('no-invitation');
    }
    expect(show.refusal({ type: 'uninvite', by: hanna, id: vera.id })).toBe('no-invitation');
  });

  test('is for those off stage, from those who moderate', () => {
    const show = new Show().join(hanna, carl, vera);
    expect(show.refusal(invite(carl))).toBe('already-on-stage');
    expect(show.refusal(invite(vera, carl))).toBe('not-allowed');
    expect(show.refusal({ type: 'uninvite', by: carl, id: vera.id })).toBe('not-allowed');
  });

  test('given twice is one, and there is a limit to them', () => {
    const show = new Show().join(hanna);
    for (let n = 0; n < limits.invitations; n += 1) show.run(invite(person(`v${n}`, 'viewer')));
    show.run(invite(person('v0', 'viewer')));
    expect(show.backstage.invitations).toHaveLength(limits.invitations);
    expect(show.refusal(invite())).toBe('queue-full');
  });

  test('to somebody who asked is a seat at once, and so is asking when invited', () => {
    const show = new Show().join(hanna, vera, victor);
    show.run({ type: 'request', by: vera });
    show.run(invite(vera));
    show.run(invite(victor));
    show.run({ type: 'request', by: victor });
    expect(show.seated).toEqual([
      ['hanna', 0],
      ['vera', 1],
      ['victor', 2],
    ]);
    expect(show.backstage).toMatchObject({ requests: [], invitations: [] });
  });

  test('outlives a lost connection, but not a departure', () => {
    const show = new Show().join(hanna, vera);
    show.run(invite());
    show.run({ type: 'drop', id: vera.id });
    expect(show.backstage.invitations).toHaveLength(1);
    show.run({ type: 'depart', id: vera.id });
    expect(show.backstage.invitations).toEqual([]);
  });

  test('brings the host who stepped down back as the host', () => {
    const show = new Show().join(hanna, mona);
    show.run({ type: 'leaveStage', by: hanna });
    show.run(invite(hanna, mona));
    show.run({ type: 'acceptInvitation', by: hanna });
    expect(show.view).toMatchObject({ status: 'live', stage: [{ id: 'hanna', role: 'host', seat: 0 }] });
  });
});

describe('leaving the stage', () => {
  test('closes the feeds, then takes the seat, then tells', () => {
    const show = new Show().join(hanna, carl).open(carl, 'camera', 'microphone');
    expect(show.run({ type: 'leaveStage', by: carl })).toEqual([
      { type: 'closeFeed', feedId: 'carl:camera' },
      { type: 'closeFeed', feedId: 'carl:microphone' },
      { type: 'unseated', id: 'carl' },
      { type: 'roomChanged' },
      { type: 'selfChanged', id: 'carl' },
    ]);
  });

  test('is for those on it', () => {
    expect(new Show().join(hanna, vera).refusal({ type: 'leaveStage', by: vera })).toBe('not-on-stage');
  });

  test('by the word of the host needs the right to moderate, and never meets the host', () => {
    const show = new Show().join(hanna, carl, cora, mona);
    expect(show.refusal({ type: 'removeFromStage', by: carl, id: cora.id })).toBe('not-allowed');
    expect(show.refusal({ type: 'removeFromStage', by: mona, id: hanna.id })).toBe('not-allowed');
    expect(show.refusal({ type: 'removeFromStage', by: mona, id: asId('nobody') })).toBe(
      'no-such-participant',
    );
    expect(show.run({ type: 'removeFromStage', by: mona, id: cora.id })).toContainEqual({
      type: 'unseated',
      id: 'cora',
    });
  });

  test('by the word of the host holds when the co-host joins anew', () => {
    const show = new Show().join(hanna, carl);
    show.run({ type: 'removeFromStage', by: hanna, id: carl.id });
    show.run({ type: 'depart', id: carl.id });
    show.join(carl);
    expect(show.self(carl).onStage).toBe(false);
  });
});
