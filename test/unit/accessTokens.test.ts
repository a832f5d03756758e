import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { TokenRequest } from '../../protocol/tokens.ts';
import { createApiKeyCheck } from '../../server/access/apiKeyCheck.ts';
import { createTokens } from '../../server/access/tokens.ts';

const secret = 'a secret of thirty-two bytes or more';
const nowMs = Date.UTC(2026, 10, 24);
const tokens = createTokens(secret, () => nowMs);
const room = 'show' as RoomId;
const ann: TokenRequest = { identity: 'ann' as ParticipantId, name: 'Ann', role: 'viewer', ttlSeconds: 60 };

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = {
  room: 'show',
  sub: 'ann',
  name: 'Ann',
  role: 'viewer',
  rights: ['chat'],
  iss: 'tributary',
  aud: 'tributary',
  exp: nowMs / 1000 + 60,
};

/** A token of any content, signed as an old or foreign issuer who has the secret would. */
function forge(payload: object, { alg = 'HS256', hash = 'sha256', key = secret } = {}): string {
  const body = `${part({ alg, typ: 'JWT' })}.${part(payload)}`;
  return `${body}.${createHmac(hash, key).update(body).digest('base64url')}`;
}

async function codeOf(token: string, office = tokens): Promise<string> {
  const result = await office.verify(token);
  return result.ok ? 'ok' : result.error.code;
}

describe('an access token', () => {
  test('carries who may do what, where and until when', async () => {
    const { token, expiresAt } = await tokens.issue(room, ann);
    expect(expiresAt).toBe('2026-11-24T00:01:00.000Z');
    expect(await tokens.verify(token)).toEqual({
      ok: true,
      value: {
        room: 'show',
        sub: 'ann',
        name: 'Ann',
        role: 'viewer',
        rights: ['request', 'chat', 'react'],
        exp: nowMs / 1000 + 60,
      },
    });
  });

  test('keeps narrowed rights', async () => {
    const { token } = await tokens.issue(room, { ...ann, rights: ['chat'] });
    expect(await tokens.verify(token)).toMatchObject({ ok: true, value: { rights: ['chat'] } });
  });

  test('never gives more than its role has, whoever signed it', async () => {
    const token = forge({ ...claims, rights: ['publish', 'chat', 'moderate', 'end'] });
    expect(await tokens.verify(token)).toMatchObject({
      ok: true,
      value: { role: 'viewer', rights: ['chat'] },
    });
  });

  test('expires, some seconds of clock difference granted', async () => {
    const { token } = await tokens.issue(room, ann);
    expect(
      await codeOf(
        token,
        createTokens(secret, () => nowMs + 63_000),
      ),
    ).toBe('ok');
    expect(
      await codeOf(
        token,
        createTokens(secret, () => nowMs + 66_000),
      ),
    ).toBe('token-expired');
  });

  test('is worth nothing for another room once its claims are changed', async () => {
    const { token } = await tokens.issue(room, ann);
    const [head, , signature] = token.split('.');
    for (const change of [{ room: 'other' }, { role: 'host' }, { sub: 'bob' }]) {
      expect(await codeOf(`${head}.${part({ ...claims, ...change })}.${signature}`)).toBe('token-invalid');
    }
  });

  test('is refused unsigned, signed otherwise, or made for another use', async () => {
    expect(await codeOf(forge(claims))).toBe('ok');
    expect(await codeOf(`${part({ alg: 'none' })}.${part(claims)}.`)).toBe('token-invalid');
    expect(await codeOf(forge(claims, { alg: 'HS512', hash: 'sha512' }))).toBe('token-invalid');
    expect(await codeOf(forge(claims, { key: 'another secret of thirty-two bytes' }))).toBe('token-invalid');
    expect(await codeOf(forge({ ...claims, aud: 'elsewhere' }))).toBe('token-invalid');
    expect(await codeOf(forge({ ...claims, iss: 'elsewhere' }))).toBe('token-invalid');
    expect(await codeOf(forge({ ...claims, exp: undefined }))).toBe('token-invalid');
    expect(await codeOf(forge({ ...claims, room: '../etc' }))).toBe('token-invalid');
    expect(await codeOf(forge({ ...claims, role: 'admin' }))).toBe('token-invalid');
    expect(await codeOf('')).toBe('token-missing');
    for (const noise of ['x', 'a.b.c', '....', '\u0000', 'é.é.é'])
      expect(await codeOf(noise)).toBe('token-invalid');
  });
});

describe('an API key', () => {
  const check = createApiKeyCheck([
    { name: 'shop', key: 'first-key-of-the-shop' },
    { name: 'bot', key: 'key-of-the-bot-here' },
  ]);

  test('tells whose it is', () => {
    expect(check('Bearer first-key-of-the-shop')).toBe('shop');
    expect(check('bearer key-of-the-bot-here')).toBe('bot');
  });

  test.each([undefined, '', 'Bearer', 'Bearer wrong', 'Basic key-of-the-bot-here', 'key-of-the-bot-here'])(
    'is not %j',
    (header) => {
      expect(check(header)).toBeUndefined();
    },
  );
});
