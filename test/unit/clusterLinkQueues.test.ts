import { describe, expect, test } from '@jest/globals';
import type { LinkResult } from '../../protocol/linkErrors.ts';
import { AnswerCache } from '../../server/cluster/answerCache.ts';
import { LinkOutbox } from '../../server/cluster/linkOutbox.ts';
import { LinkStrikes } from '../../server/cluster/linkStrikes.ts';
import { defaultLinkSettings } from '../../server/cluster/linkSettings.ts';

const answer = (id: number) => ({ id, ok: true as const, value: id });

describe('answers that are kept', () => {
  test('a call is new once, then running, then answered', () => {
    const cache = new AnswerCache(10, 1000);
    expect(cache.look(1)).toEqual({ kind: 'new' });
    cache.begin(1);
    expect(cache.look(1)).toEqual({ kind: 'running' });
    expect(cache.finish(answer(1), 10)).toBe(true);
    expect(cache.finish({ ...answer(1), value: 'late' }, 10)).toBe(false);
    expect(cache.look(1)).toEqual({ kind: 'answered', answer: answer(1) });
  });

  test('one that is not kept any more is forgotten, never new', () => {
    const cache = new AnswerCache(2, 1000);
    for (const id of [1, 2, 3]) {
      cache.begin(id);
      cache.finish(answer(id), 10);
    }
    expect([1, 2, 3, 4].map((id) => cache.look(id).kind)).toEqual([
      'forgotten',
      'answered',
      'answered',
      'new',
    ]);
    cache.settle(2);
    expect([2, 3].map((id) => cache.look(id).kind)).toEqual(['forgotten', 'answered']);
  });

  test('they are bounded in bytes too, and what is worked on stays', () => {
    const cache = new AnswerCache(100, 50);
    cache.begin(1);
    for (const id of [2, 3, 4]) {
      cache.begin(id);
      cache.finish(answer(id), 20);
    }
    cache.settle(1);
    expect([1, 2, 3, 4].map((id) => cache.look(id).kind)).toEqual([
      'running',
      'forgotten',
      'answered',
      'answered',
    ]);
  });
});

describe('what waits for another node', () => {
  const limits = { maxCalls: 4, maxCallsOnTheWay: 2, maxTells: 2 };
  function outbox() {
    const box = new LinkOutbox(limits);
    const results: [string, LinkResult<unknown>][] = [];
    const add = (name: string) =>
      box.add({ name, payload: {}, deadlineMs: 5000, settle: (result) => results.push([name, result]) });
    const next = (nowMs = 0) => {
      const out = box.next(nowMs);
      return out?.kind === 'call' ? [out.frame.id, out.frame.name, out.frame.settled] : out?.frame.name;
    };
    return { box, results, add, next };
  }

  test('calls go out in order, only so many at once, and are refused beyond a bound', () => {
    const { box, add, next } = outbox();
    expect(['one', 'two', 'three', 'four', 'five'].map(add)).toEqual([1, 2, 3, 4, undefined]);
    expect([next(), next(), next()]).toEqual([[1, 'one', 0], [2, 'two', 0], undefined]);
    box.settle(2, { ok: true, value: 2 });
    expect(next()).toEqual([3, 'three', 0]);
    box.settle(1, { ok: true, value: 1 });
    expect(next()).toEqual([4, 'four', 2]);
  });

  test('over a new connection what was on its way goes out first, with the ids it had and the time that is left', () => {
    const { box, add, next } = outbox();
    ['one', 'two', 'three'].forEach(add);
    expect([next(), next()]).toEqual([
      [1, 'one', 0],
      [2, 'two', 0],
    ]);
    box.settle(1, { ok: true, value: 1 });
    box.requeue();
    expect(box.next(2000)).toMatchObject({ frame: { id: 2, name: 'two', settled: 1, timeoutMs: 3000 } });
    expect(next()).toEqual([3, 'three', 1]);
  });

  test('each call is settled once', () => {
    const { box, results, add, next } = outbox();
    ['one', 'two'].forEach(add);
    next();
    box.settle(1, { ok: true, value: 1 });
    box.settle(1, { ok: true, value: 'again' });
    box.fail('on-the-way', 'peer-away');
    expect(results).toEqual([['one', { ok: true, value: 1 }]]);
    box.fail('all', 'peer-away');
    expect(results.at(-1)).toEqual(['two', { ok: false, error: { code: 'peer-away' } }]);
    expect(box.empty).toBe(true);
  });

  test('of tells only the latest of each key waits, and beyond a bound the oldest is dropped', () => {
    const { box, next } = outbox();
    for (const [key, name] of [
      ['x', 'x1'],
      ['y', 'y1'],
      ['x', 'x2'],
      ['z', 'z1'],
    ] as const)
      box.tell(key, { name, payload: {} });
    expect([next(), next(), next()]).toEqual(['x2', 'z1', undefined]);
    expect(box.droppedTells).toBe(1);
  });
});

describe('what one peer may send', () => {
  test('wrong messages put it out for a while; an unknown name weighs less, as a newer node may send it', () => {
    const settings = { ...defaultLinkSettings, strikes: { burst: 2, perSecond: 0.1 }, strikePauseMs: 1000 };
    const strict = new LinkStrikes(settings, 0);
    expect([1, 2, 3].map(() => strict.strike('bad-request', 0))).toEqual([false, false, true]);
    expect([strict.isOut(999), strict.isOut(1000)]).toEqual([true, false]);
    const mild = new LinkStrikes(settings, 0);
    expect([1, 2, 3, 4, 5].map(() => mild.strike('unknown-call', 0))).not.toContain(true);
    expect(mild.strike('busy', 0)).toBe(false);
    expect(mild.counts).toEqual(
      new Map([
        ['unknown-call', 5],
        ['busy', 1],
      ]),
    );
  });
});
