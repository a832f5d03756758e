import { describe, expect, test } from '@jest/globals';
import type { ClientMessageName } from '../../protocol/clientMessages.ts';
import { ConnectionLimits } from '../../server/signalling/connectionLimits.ts';
import { MessageRates } from '../../server/signalling/messageRates.ts';
import { fullBudget, takeOne } from '../../server/rates/rateBudget.ts';
import type { SignallingSettings } from '../../server/signalling/signallingSettings.ts';

const settings: SignallingSettings = {
  allowedOrigins: ['https://live.example.com'],
  maxConnections: 3,
  connectionsPerAddress: { burst: 2, perSecond: 0.01 },
  joinDeadlineMs: 1000,
  viewerGraceMs: 1000,
  rates: {
    control: { burst: 20, perSecond: 20 },
    join: { burst: 2, perSecond: 1 },
    publish: { burst: 4, perSecond: 1 },
    intent: { burst: 4, perSecond: 1 },
    stage: { burst: 4, perSecond: 1 },
    chat: { burst: 3, perSecond: 0.5 },
    reaction: { burst: 5, perSecond: 5 },
    data: { burst: 5, perSecond: 5 },
    dataToAll: { burst: 2, perSecond: 2 },
  },
  strikes: { burst: 3, perSecond: 1 },
  maxUnsentBytes: 100_000,
};

describe('a rate budget', () => {
  test('gives its burst, then says how long to wait, then refills', () => {
    const budget = { burst: 2, perSecond: 4 };
    const level = fullBudget(budget, 0);
    expect([takeOne(level, budget, 0), takeOne(level, budget, 0)]).toEqual([0, 0]);
    expect(takeOne(level, budget, 0)).toBe(250);
    expect(takeOne(level, budget, 250)).toBe(0);
  });

  test('a clock that goes back takes nothing away', () => {
    const budget = { burst: 2, perSecond: 4 };
    const level = fullBudget(budget, 1_000_000);
    expect(takeOne(level, budget, 0)).toBe(0);
    expect(takeOne(level, budget, 0)).toBe(0);
    expect(takeOne(level, budget, 0)).toBe(250);
  });

  test('never holds more than its burst', () => {
    const budget = { burst: 2, perSecond: 4 };
    const level = fullBudget(budget, 0);
    const taken = [0, 0, 0].map(() => takeOne(level, budget, 60_000));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(2);
  });
});

describe('the rates of one person', () => {
  /** How many of `count` messages at once are welcome. */
  const welcome = (rates: MessageRates, name: ClientMessageName, count: number, message: unknown = {}) =>
    Array.from({ length: count }, () => rates.take(name, message, 0)).filter((waitMs) => waitMs === 0).length;

  test('what goes out to everybody has budgets of its own, and control is left', () => {
    const rates = new MessageRates(settings, 0);
    expect(welcome(rates, 'chat.send', 9)).toBe(3);
    expect(welcome(rates, 'react', 9)).toBe(5);
    expect(welcome(rates, 'media.produce', 3) + welcome(rates, 'media.closeFeed', 9)).toBe(4);
    expect(welcome(rates, 'intent.set', 9)).toBe(4);
    expect(welcome(rates, 'stage.request', 2) + welcome(rates, 'stage.withdraw', 9)).toBe(4);
    expect(welcome(rates, 'media.view', 99)).toBe(20);
  });

  test('data for everybody runs dry before data for one', () => {
    const rates = new MessageRates(settings, 0);
    expect(welcome(rates, 'data.send', 9, { topic: 't', payload: 'p' })).toBe(2);
    expect(welcome(rates, 'data.send', 9, 'no object')).toBe(0);
    expect(welcome(rates, 'data.send', 9, { topic: 't', payload: 'p', to: 'hanna' })).toBe(5);
  });

  test('a held-down key never ends a session, a flood does', () => {
    const closedAfterMs = (messagesPerSecond: number) => {
      const rates = new MessageRates({ ...settings, strikes: { burst: 20, perSecond: 1 } }, 0);
      for (let nowMs = 0; nowMs < 600_000; nowMs += 1000 / messagesPerSecond) {
        if (rates.take('react', {}, nowMs) > 0 && rates.strike('rate-limited', nowMs)) return nowMs;
      }
      return Infinity;
    };
    expect(closedAfterMs(33)).toBe(Infinity);
    expect(closedAfterMs(1000)).toBeLessThan(3000);
  });

  test('they are forgotten only when all of them have refilled', () => {
    const rates = new MessageRates(settings, 0);
    expect(rates.untouched(0)).toBe(true);
    rates.take('chat.send', {}, 0);
    rates.strike('bad-message', 0);
    expect(rates.untouched(1500)).toBe(false);
    expect(rates.untouched(2000)).toBe(true);
  });

  test('an expected refusal is no strike, a malformed message is', () => {
    const rates = new MessageRates(settings, 0);
    const expected = Array.from({ length: 50 }, () => rates.strike('stage-full', 0));
    expect(expected).not.toContain(true);
    expect([1, 2, 3, 4].map(() => rates.strike('bad-message', 0))).toEqual([false, false, false, true]);
  });
});

describe('connection limits', () => {
  const from = (address: string, origin = 'https://live.example.com') => ({
    address,
    origin,
    ownHost: 'media.example.com',
  });

  test('a foreign origin is refused, a program without one is let in', () => {
    const limits = new ConnectionLimits(settings);
    expect(limits.refuses(from('10.0.0.1', 'https://evil.example'), 0, 0)?.code).toBe('not-allowed');
    expect(limits.refuses({ ...from('10.0.0.1'), origin: undefined }, 0, 0)).toBeUndefined();
  });

  test('pages of this very server are always let in', () => {
    const limits = new ConnectionLimits({ ...settings, allowedOrigins: [] });
    expect(limits.refuses(from('10.0.0.1', 'https://media.example.com'), 0, 0)).toBeUndefined();
    expect(limits.refuses(from('10.0.0.1', 'https://media.example.com.evil.example'), 0, 0)?.code).toBe(
      'not-allowed',
    );
  });

  test('a full node refuses', () => {
    expect(new ConnectionLimits(settings).refuses(from('10.0.0.1'), 3, 0)).toMatchObject({
      code: 'overloaded',
      retryAfterMs: expect.any(Number),
    });
  });

  test('one address that opens too many does not lock out another', () => {
    const limits = new ConnectionLimits(settings);
    const greedy = [1, 2, 3].map(() => limits.refuses(from('10.0.0.1'), 0, 0));
    expect(greedy).toMatchObject([undefined, undefined, { code: 'rate-limited', retryAfterMs: 100_000 }]);
    expect(limits.refuses(from('10.0.0.2'), 0, 0)).toBeUndefined();
  });
});
