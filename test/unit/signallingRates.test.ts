import { describe, expect, test } from '@jest/globals';
import { ConnectionLimits } from '../../server/signalling/connectionLimits.ts';
import { MessageRates } from '../../server/signalling/messageRates.ts';
import { fullBudget, takeOne } from '../../server/signalling/rateBudget.ts';
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
    chat: { burst: 3, perSecond: 0.5 },
    reaction: { burst: 5, perSecond: 5 },
    data: { burst: 5, perSecond: 5 },
  },
  strikes: { burst: 3, perSecond: 1 },
};

describe('a rate budget', () => {
  test('gives its burst, then says how long to wait, then refills', () => {
    const budget = { burst: 2, perSecond: 4 };
    const level = fullBudget(budget, 0);
    expect([takeOne(level, budget, 0), takeOne(level, budget, 0)]).toEqual([0, 0]);
    expect(takeOne(level, budget, 0)).toBe(250);
    expect(takeOne(level, budget, 250)).toBe(0);
  });

  test('never holds more than its burst', () => {
    const budget = { burst: 2, perSecond: 4 };
    const level = fullBudget(budget, 0);
    const taken = [0, 0, 0].map(() => takeOne(level, budget, 60_000));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(2);
  });
});

describe('the rates of one connection', () => {
  test('chat runs dry without touching control', () => {
    const rates = new MessageRates(settings, 0);
    const chat = [1, 2, 3, 4].map(() => rates.take('chat.send', 0));
    expect(chat.map((waitMs) => waitMs > 0)).toEqual([false, false, false, true]);
    expect(rates.take('stage.request', 0)).toBe(0);
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
    expect(limits.refuses(from('10.0.0.1', 'https://evil.example'), 0)).toBe('not-allowed');
    expect(limits.refuses({ ...from('10.0.0.1'), origin: undefined }, 0)).toBeUndefined();
  });

  test('pages of this very server are always let in', () => {
    const limits = new ConnectionLimits({ ...settings, allowedOrigins: [] });
    expect(limits.refuses(from('10.0.0.1', 'https://media.example.com'), 0)).toBeUndefined();
    expect(limits.refuses(from('10.0.0.1', 'https://media.example.com.evil.example'), 0)).toBe('not-allowed');
  });

  test('a full node refuses', () => {
    expect(new ConnectionLimits(settings).refuses(from('10.0.0.1'), 3)).toBe('overloaded');
  });

  test('one address that opens too many does not lock out another', () => {
    const limits = new ConnectionLimits(settings);
    const greedy = [1, 2, 3].map(() => limits.refuses(from('10.0.0.1'), 0));
    expect(greedy).toEqual([undefined, undefined, 'rate-limited']);
    expect(limits.refuses(from('10.0.0.2'), 0)).toBeUndefined();
  });
});
