import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ViewPace } from '../../server/signalling/viewPace.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the pace of a view', () => {
  const start = () => {
    const shown = { version: 0, sent: [] as number[] };
    const pace = new ViewPace(() => shown.sent.push(shown.version));
    const change = (): void => {
      shown.version += 1;
      pace.changed();
    };
    return { ...shown, pace, change, sent: shown.sent };
  };
  const turn = () => Promise.resolve();

  test('changes of one turn go out as one, at once', async () => {
    const { change, sent } = start();
    change();
    change();
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual([2]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual([2]);
  });

  test('a busy room is shown twenty times a second, and its last state always', async () => {
    const { change, sent } = start();
    for (let n = 0; n < 500; n += 1) {
      change();
      await jest.advanceTimersByTimeAsync(2);
    }
    await jest.advanceTimersByTimeAsync(100);
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.length).toBeLessThanOrEqual(21);
    expect(sent.at(-1)).toBe(500);
    change();
    await turn();
    expect(sent.at(-1)).toBe(501);
  });

  test('nothing goes out after it was stopped, until something changes again', async () => {
    const { change, pace, sent } = start();
    change();
    pace.stop();
    await jest.advanceTimersByTimeAsync(100);
    change();
    await turn();
    change();
    pace.stop();
    await jest.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([2]);
  });
});
