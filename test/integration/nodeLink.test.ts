import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { done, refuse } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/identity.ts';
import { hanna } from '../support/show.ts';
import { LinkedNodes, eventsOf, id, question, until } from '../support/linkedNodes.ts';

const nodes = new LinkedNodes();
afterEach(() => nodes.close());

const tlsFolder = new URL('../support/tls/', import.meta.url);
const cert = readFileSync(new URL('localhost-cert.pem', tlsFolder), 'utf8');
const key = readFileSync(new URL('localhost-key.pem', tlsFolder), 'utf8');

describe('a link between two nodes', () => {
  test('opens with the first call and carries it, its answer, and calls the other way', async () => {
    const a = await nodes.start('a');
    const b = await nodes.start('b');
    expect(a.links.all()).toEqual([]);
    expect(await a.links.to(id('b')).call('room.whole', question(7))).toEqual({
      ok: true,
      value: { epoch: 7, seq: 0, parts: 1, text: 'answer 1' },
    });
    expect(await b.links.to(id('a')).call('room.whole', question(8))).toMatchObject({ ok: true });
    expect([a.events, b.events]).toEqual([
      [{ type: 'up', nodeId: 'b', restarted: false }],
      [{ type: 'up', nodeId: 'a', restarted: false }],
    ]);
  });

  test('is one, whichever side opens it, and when both do at once', async () => {
    // A second attempt would come too late: the first has to do.
    const options = { settings: { retryFirstMs: 60_000, retryLastMs: 60_000 }, random: () => 0.99 };
    for (let round = 0; round < 20; round++) {
      const [left, right] = [`a${round}`, `b${round}`];
      const a = await nodes.start(left, options);
      const b = await nodes.start(right, options);
      const answers = await Promise.all([
        a.links.to(id(right)).call('room.whole', question(1)),
        b.links.to(id(left)).call('room.whole', question(2)),
      ]);
      expect(answers.every(({ ok }) => ok)).toBe(true);
      // Whatever the loser of the two did is over by now or within its next words.
      for (let more = 0; more < 3; more++) await a.links.to(id(right)).call('room.whole', question(3));
      expect([a.events.length, b.events.length]).toEqual([1, 1]);
      expect([a.asked.length, b.asked.length]).toEqual([1, 4]);
    }
  });

  test('keeps thousands of calls in order', async () => {
    const a = await nodes.start('a', { settings: { maxCalls: 5000 } });
    const b = await nodes.start('b');
    const link = a.links.to(id('b'));
    const answers = await Promise.all(
      Array.from({ length: 4000 }, (_, index) => link.call('room.whole', question(index))),
    );
    expect(answers.map((answer) => answer.ok && answer.value.epoch)).toEqual(
      answers.map((_, index) => index),
    );
    expect(b.asked.map(({ part }) => part)).toEqual(answers.map((_, index) => index));
  });

  test('says what a handler refuses, that one failed, and that one took too long', async () => {
    const a = await nodes.start('a');
    const b = await nodes.start('b');
    const link = a.links.to(id('b'));
    b.handlers.calls['room.whole'] = () => refuse('no-such-feed', 'gone');
    expect(await link.call('room.whole', question())).toEqual({
      ok: false,
      error: { code: 'refused', refusal: refuse('no-such-feed', 'gone').error },
    });
    b.handlers.calls['room.whole'] = () => {
      throw new Error('a bug');
    };
    expect(await link.call('room.whole', question())).toEqual({ ok: false, error: { code: 'failed' } });
    let signal: AbortSignal | undefined;
    b.handlers.calls['room.whole'] = (context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    };
    expect(await link.call('room.whole', question(), { timeoutMs: 50 })).toMatchObject({
      error: { code: 'timeout' },
    });
    await until(() => signal?.aborted === true);
    const given = new AbortController();
    const abandoned = link.call('room.whole', question(), { signal: given.signal });
    given.abort();
    expect(await abandoned).toEqual({ ok: false, error: { code: 'aborted' } });
    b.handlers.calls['room.whole'] = () => done({ epoch: 'none' }) as never;
    expect(await link.call('room.whole', question())).toEqual({ ok: false, error: { code: 'bad-answer' } });
  });

  test('tells the latest of each key once it is open', async () => {
    const a = await nodes.start('a');
    const b = await nodes.start('b');
    const link = a.links.to(id('b'));
    const count = (roomId: string, viewersElsewhere: number) => ({
      roomId: roomId as RoomId,
      epoch: 1,
      viewersElsewhere,
    });
    for (let viewers = 0; viewers < 50; viewers++) link.tell('room.viewers', count('one', viewers));
    link.tell('room.viewers', count('two', 1));
    await until(() => b.viewers.length === 2);
    expect(b.viewers).toEqual([count('one', 49), count('two', 1)]);
  });

  test('fails at once where no address is known, where too much waits, and where a message is too large', async () => {
    const a = await nodes.start('a', { settings: { maxCalls: 2, maxMessageBytes: 2000 } });
    expect(await a.links.to(id('nobody')).call('room.whole', question())).toEqual({
      ok: false,
      error: { code: 'peer-away', detail: 'no address is known' },
    });
    nodes.urls.set(id('down'), 'http://localhost:1');
    const people = Array.from({ length: 100 }, () => ({ actor: hanna, connected: true }));
    const command = { type: 'drop' as const, id: hanna.id };
    const large = { roomId: 'show' as RoomId, turn: 0, have: { epoch: 0, seq: 0 }, command, people };
    const link = a.links.to(id('down'));
    const waiting = [1, 2].map(() => link.call('room.whole', question(), { timeoutMs: 300 }));
    expect(await link.call('room.whole', question())).toMatchObject({ error: { code: 'queue-full' } });
    expect(await link.call('room.command', large)).toMatchObject({
      error: { code: 'too-large' },
    });
    for (const answer of await Promise.all(waiting))
      expect(answer).toMatchObject({ error: { code: 'peer-away' } });
  });

  test('measures its round trip on both sides', async () => {
    const a = await nodes.start('a');
    const b = await nodes.start('b');
    const release = a.links.to(id('b')).hold();
    await until(() =>
      [a.links.to(id('b')), b.links.to(id('a'))].every(({ figures }) => figures !== undefined),
    );
    for (const { figures } of [a.links.to(id('b')), b.links.to(id('a'))]) {
      expect(figures?.smoothedRttMs).toBeGreaterThan(0);
      expect(figures?.baseRttMs).toBeLessThanOrEqual(figures?.rttMs ?? 0);
    }
    release();
  });

  test('closes when it lay idle, not while either side holds it, and opens again when it is used', async () => {
    const settings = { heartbeatMs: 50, lingerMs: 200 };
    const a = await nodes.start('a', { settings });
    const b = await nodes.start('b', { settings });
    const there = a.links.to(id('b'));
    const release = there.hold();
    await until(() => there.figures !== undefined);
    const back = b.links.to(id('a'));
    const releaseBack = back.hold();
    release();
    release();
    const startedAt = performance.now();
    await until(() => performance.now() - startedAt > 500);
    expect([there.up, back.up, a.events.length]).toEqual([true, true, 1]);
    releaseBack();
    await until(() => !there.up && !back.up);
    expect(eventsOf(a, 'down')).toEqual([{ type: 'down', nodeId: 'b', reason: 'idle' }]);
    expect(eventsOf(b, 'down')).toEqual([{ type: 'down', nodeId: 'a', reason: 'idle' }]);
    expect(await back.call('room.whole', question())).toMatchObject({ ok: true });
  });
});

describe('TLS', () => {
  test('encrypts a link, and a certificate nobody vouches for is refused', async () => {
    const settings = { requireTls: true, tls: { cert, key } };
    const a = await nodes.start('a', { settings: { ...settings, ca: cert } });
    const b = await nodes.start('b', { settings });
    expect(await a.links.to(id('b')).call('room.whole', question())).toMatchObject({ ok: true });
    await a.links.close();
    expect(await b.links.to(id('a')).call('room.whole', question(), { timeoutMs: 200 })).toMatchObject({
      ok: false,
    });
    const c = await nodes.start('c', { settings });
    expect(await c.links.to(id('b')).call('room.whole', question(), { timeoutMs: 500 })).toMatchObject({
      error: { code: 'peer-away' },
    });
    expect(c.log.join('')).toMatch(/self-signed/);
  });

  test('is not gone without where it is required', async () => {
    await nodes.start('plain');
    const a = await nodes.start('a', { settings: { requireTls: true, tls: { cert, key } } });
    expect(await a.links.to(id('plain')).call('room.whole', question())).toEqual({
      ok: false,
      error: { code: 'peer-away', detail: 'the address is not https' },
    });
    await expect(nodes.start('b', { settings: { requireTls: true } })).rejects.toThrow(/certificate/);
  });
});

/** What keeps this process running, of one kind. */
function open(kind: string): number {
  return process.getActiveResourcesInfo().filter((active) => active === kind).length;
}

describe('closing', () => {
  test('ends calls that wait, tells the peer, may be done twice and leaves nothing open', async () => {
    const a = await nodes.start('a');
    const b = await nodes.start('b');
    let signal: AbortSignal | undefined;
    b.handlers.calls['room.whole'] = (context) => {
      signal = context.signal;
      return new Promise(() => undefined);
    };
    const link = a.links.to(id('b'));
    const waiting = link.call('room.whole', question(), { timeoutMs: 60_000 });
    await until(() => signal !== undefined);
    await Promise.all([a.links.close(), a.links.close()]);
    expect(await waiting).toMatchObject({ error: { code: 'peer-away' } });
    expect(await link.call('room.whole', question())).toMatchObject({ error: { code: 'peer-away' } });
    await until(() => eventsOf(b, 'down').length === 1);
    expect(eventsOf(b, 'down')).toEqual([{ type: 'down', nodeId: 'a', reason: 'peer-closing' }]);
    expect(open('TCPServerWrap')).toBeGreaterThan(0);
    await b.links.close();
    // Its handler is not waited for until the minute is over.
    await until(() => signal?.aborted === true && open('TCPSocketWrap') === 0 && open('TCPServerWrap') === 0);
  });
});
