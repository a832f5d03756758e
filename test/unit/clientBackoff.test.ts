import { describe, expect, test } from '@jest/globals';
import { AccessToken, expiryOf } from '../../client/accessToken.ts';
import { backoffMs } from '../../client/backoff.ts';
import { isFinal } from '../../client/refusals.ts';

describe('coming back after a cut', () => {
  test('the first try comes almost at once', () => {
    expect(backoffMs(0, 0)).toBe(0);
    expect(backoffMs(0, 0.999)).toBeLessThanOrEqual(300);
  });

  test('the pauses double up to eight seconds, and are spread', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((attempt) => backoffMs(attempt, 0))).toEqual([
      250, 500, 1000, 2000, 4000, 4000, 4000,
    ]);
    expect([1, 5, 60, 2000].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 8000, 8000, 8000]);
  });

  test('what another try cannot change ends it, what passes does not', () => {
    for (const code of [
      'banned',
      'token-expired',
      'room-ended',
      'unsupported-protocol',
      'media-failed',
    ] as const) {
      expect(isFinal(code)).toBe(true);
    }
    for (const code of ['unreachable', 'overloaded', 'draining', 'room-full', 'media-unavailable'] as const) {
      expect(isFinal(code)).toBe(false);
    }
  });
});

describe('the access token', () => {
  const tokenUntil = (seconds: number): string => `head.${btoa(JSON.stringify({ exp: seconds }))}.signature`;

  test('its end is read from it, and rubbish has none', () => {
    expect(expiryOf(tokenUntil(1_800_000_000))).toBe(1_800_000_000_000);
    for (const rubbish of ['', 'a.b.c', `a.${btoa('null')}.c`, `a.${btoa('{"exp":"x"}')}.c`]) {
      expect(expiryOf(rubbish)).toBeUndefined();
    }
  });

  test('the function is asked once while its token is good, again when it is about to expire or was refused', async () => {
    let asked = 0;
    const token = new AccessToken(async () => tokenUntil(1000 + ++asked));
    expect(await token.get(0)).toBe(tokenUntil(1001));
    expect(await token.get(980_000)).toBe(tokenUntil(1001));
    expect(await token.get(995_000)).toBe(tokenUntil(1002));
    expect(token.forget()).toBe(true);
    expect(await token.get(0)).toBe(tokenUntil(1003));
  });

  test('a fixed token cannot be replaced', async () => {
    const token = new AccessToken(tokenUntil(1));
    expect(await token.get(5_000_000)).toBe(tokenUntil(1));
    expect(token.forget()).toBe(false);
  });
});
