import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { addressBlock } from '../../server/access/addressBlock.ts';
import { adminTokenCheck, createApiKeyCheck } from '../../server/access/apiKeyCheck.ts';
import { createTokens } from '../../server/access/tokens.ts';
import { createPublicApi } from '../../server/api/publicApi.ts';
import type { PublicApiSettings } from '../../server/api/publicApi.ts';
import { createLog } from '../../server/observability/log.ts';

const tokens = createTokens('a secret of thirty-two bytes or more');
const key = 'key-of-the-shop-here';
const refusals: string[] = [];
const open: FastifyInstance[] = [];
const askers: unknown[] = [];
let nodeOrigins: string[] = [];
let demoFolder = '';

async function api(settings: Partial<PublicApiSettings> = {}, folder?: string): Promise<FastifyInstance> {
  const app = await createPublicApi({
    settings: {
      dev: false,
      trustedProxies: () => false,
      allowedOrigins: [],
      rateTokens: { burst: 100, perSecond: 10 },
      rateWrongKeys: { burst: 5, perSecond: 1 },
      rateEdges: { burst: 5, perSecond: 1 },
      rateOperator: { burst: 5, perSecond: 1 },
      ...settings,
    },
    log: createLog({ logLevel: 'silent', nodeId: 'n1', region: 'local' }),
    tokens,
    checkApiKey: createApiKeyCheck([{ name: 'shop', key }]),
    checkAdminToken: adminTokenCheck(undefined),
    network: { network: () => Promise.reject(new Error()), room: () => Promise.reject(new Error()) },
    blockOf: addressBlock,
    rtpCapabilities: { codecs: [], headerExtensions: [] },
    drainNode: () => Promise.reject(new Error()),
    offerEdges: (asker) => {
      askers.push(asker);
      return { self: 'a' as never, edges: [], regions: [] };
    },
    nodeOrigins: () => nodeOrigins,
    demoFolder: folder,
    onRefused: (code) => refusals.push(code),
  });
  open.push(app);
  return app;
}

const ann = { identity: 'ann', name: 'Ann', role: 'viewer' };
const authorization = `Bearer ${key}`;
function ask(app: FastifyInstance, payload: unknown, headers = {}): Promise<LightMyRequestResponse> {
  const url = '/v1/rooms/show/tokens';
  return app.inject({
    method: 'POST',
    url,
    headers: { authorization, ...headers },
    payload: payload as object,
  });
}

function expectProblem(answer: LightMyRequestResponse, status: number, code: string): void {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.json()).toMatchObject({
    type: `urn:tributary:error:${code}`,
    status,
    code,
    title: expect.any(String),
  });
  expect(answer.statusCode).toBe(status);
}

beforeAll(async () => {
  demoFolder = await mkdtemp(join(tmpdir(), 'tributary-demo-'));
  await mkdir(join(demoFolder, 'assets'));
  await writeFile(join(demoFolder, 'index.html'), '<title>demo</title>');
  await writeFile(join(demoFolder, 'favicon.svg'), '<svg/>');
  await writeFile(join(demoFolder, 'assets', 'main-abc123.js'), 'export {}');
});
afterAll(async () => {
  await Promise.all(open.map((app) => app.close()));
  await rm(demoFolder, { recursive: true });
});

describe('POST /v1/rooms/{room}/tokens', () => {
  test('issues a token that the same secret verifies', async () => {
    const answer = await ask(await api(), { ...ann, ttlSeconds: 60 });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { token } = answer.json<{ token: string }>();
    expect(await tokens.verify(token)).toMatchObject({
      ok: true,
      value: { room: 'show', sub: 'ann', role: 'viewer' },
    });
  });

  test('wants a good API key, before it reads anything', async () => {
    const app = await api();
    const answer = await ask(app, 'no json', { authorization: 'Bearer wrong', 'content-type': 'text/plain' });
    expectProblem(answer, 401, 'api-key-invalid');
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expectProblem(
      await app.inject({ method: 'POST', url: '/v1/rooms/show/tokens', payload: ann }),
      401,
      'api-key-invalid',
    );
  });

  test('says what is wrong with the body', async () => {
    const app = await api();
    const json = { 'content-type': 'application/json' };
    const missing = await ask(app, { identity: 'ann', name: 'Ann' });
    expectProblem(missing, 400, 'bad-message');
    expect(missing.json<{ detail: string }>().detail).toMatch(/^role: /);
    expectProblem(await ask(app, { ...ann, rights: ['publish'] }), 400, 'bad-message');
    expectProblem(await ask(app, { ...ann, admin: true }), 400, 'bad-message');
    expectProblem(await ask(app, '{"identity":', json), 400, 'bad-message');
    expectProblem(await ask(app, '', json), 400, 'bad-message');
    expectProblem(await ask(app, '{"__proto__": {}}', json), 400, 'bad-message');
    expectProblem(await ask(app, 'a=b', { 'content-type': 'text/plain' }), 415, 'unsupported-media-type');
    expectProblem(await ask(app, { ...ann, name: 'x'.repeat(17 * 1024) }), 413, 'too-large');
    const room = await app.inject({
      method: 'POST',
      url: '/v1/rooms/..%2f/tokens',
      headers: { authorization },
      payload: ann,
    });
    expectProblem(room, 400, 'bad-message');
    expect(refusals).toContain('too-large');
  });

  test('limits each address, and tells when to come back', async () => {
    const app = await api({ rateTokens: { burst: 2, perSecond: 0.1 } });
    expect((await ask(app, ann)).statusCode).toBe(201);
    expect((await ask(app, ann)).statusCode).toBe(201);
    const third = await ask(app, ann);
    expectProblem(third, 429, 'rate-limited');
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(10);
  });

  test('refuses an address that guesses keys, even with a good one, but no other address', async () => {
    const app = await api({
      rateWrongKeys: { burst: 2, perSecond: 0.1 },
      trustedProxies: (_address, hop) => hop < 1,
    });
    for (let guess = 0; guess < 2; guess += 1) {
      expectProblem(await ask(app, ann, { authorization: `Bearer guess${guess}` }), 401, 'api-key-invalid');
    }
    expectProblem(await ask(app, ann), 429, 'rate-limited');
    expect((await ask(app, ann, { 'x-forwarded-for': '198.51.100.7' })).statusCode).toBe(201);
    // Whoever has one IPv6 address has a whole block of them.
    for (const last of [1, 2, 3]) {
      const headers = { authorization: 'Bearer guess', 'x-forwarded-for': `2001:db8::${last}` };
      expect((await ask(app, ann, headers)).statusCode).toBe(last < 3 ? 401 : 429);
    }
  });
});

describe('dev mode', () => {
  test('gives the demo its tokens without a key, and only in dev mode', async () => {
    const request = {
      method: 'POST',
      url: '/dev/tokens',
      payload: { room: 'show', ...ann, role: 'host' },
    } as const;
    const answer = await (await api({ dev: true })).inject(request);
    expect(answer.statusCode).toBe(201);
    const verified = await tokens.verify(answer.json<{ token: string }>().token);
    expect(verified).toMatchObject({ ok: true, value: { role: 'host' } });
    expectProblem(await (await api()).inject(request), 404, 'not-found');
  });
});

describe('documents', () => {
  test('capabilities are cached by ETag', async () => {
    const app = await api();
    const answer = await app.inject('/v1/capabilities');
    expect(answer.json()).toEqual({ protocol: 1, rtpCapabilities: { codecs: [], headerExtensions: [] } });
    const etag = answer.headers.etag!;
    const again = await app.inject({ url: '/v1/capabilities', headers: { 'if-none-match': `W/${etag}` } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await app.inject({ method: 'HEAD', url: '/v1/capabilities' })).statusCode).toBe(200);
  });

  test('the API describes itself by the schemas it checks with', async () => {
    const document = (await (await api()).inject('/v1/openapi.json')).json<{
      paths: Record<string, unknown>;
      components: { schemas: Record<string, { required?: string[] }> };
    }>();
    expect(Object.keys(document.paths)).toEqual([
      '/v1/rooms/{room}/tokens',
      '/v1/rooms/{room}/cascade',
      '/v1/network',
      '/v1/capabilities',
      '/v1/edges',
      '/v1/probe',
    ]);
    expect(document.components.schemas.TokenRequest?.required).toEqual(['identity', 'name', 'role']);
  });

  test('another method is answered with what is allowed, an unknown address with 404', async () => {
    const app = await api();
    const answer = await app.inject({ method: 'PUT', url: '/v1/rooms/show/tokens', payload: 'x' });
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.allow).toBe('POST');
    expectProblem(await app.inject({ method: 'DELETE', url: '/v1/capabilities' }), 405, 'method-not-allowed');
    expectProblem(await app.inject('/v1/nothing'), 404, 'not-found');
    expectProblem(await app.inject('/%zz'), 400, 'bad-message');
  });

  test('only allowed origins may read answers', async () => {
    const app = await api({ allowedOrigins: ['https://a.example'] });
    const from = (origin: string, method: 'GET' | 'OPTIONS' = 'GET') =>
      app.inject({
        method,
        url: '/v1/capabilities',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    expect((await from('https://a.example')).headers['access-control-allow-origin']).toBe(
      'https://a.example',
    );
    expect((await from('https://b.example')).headers['access-control-allow-origin']).toBeUndefined();
    expect((await from('https://a.example', 'OPTIONS')).statusCode).toBe(204);
    expect((await from('https://b.example', 'OPTIONS')).statusCode).toBe(405);
  });
});

describe('edges', () => {
  test('are told to any page, by the host it asked by, and are never cached', async () => {
    const app = await api();
    askers.length = 0;
    const headers = { host: '192.168.1.7:3000', origin: 'https://anybody.example' };
    const answer = await app.inject({ url: '/v1/edges?region=eu', headers });
    expect(answer.json()).toEqual({ self: 'a', edges: [], regions: [] });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
    expect(askers).toEqual([{ host: '192.168.1.7:3000', region: 'eu' }]);
    for (const query of ['region=E%20U', 'region=eu&region=us', `region=${'a'.repeat(40)}`])
      expectProblem(await app.inject(`/v1/edges?${query}`), 400, 'bad-message');
    expectProblem(await app.inject({ method: 'POST', url: '/v1/edges' }), 405, 'method-not-allowed');
  });

  test('are not told to an address that asks all the time', async () => {
    const app = await api();
    for (let n = 0; n < 5; n++) expect((await app.inject('/v1/edges')).statusCode).toBe(200);
    expectProblem(await app.inject('/v1/edges'), 429, 'rate-limited');
  });

  test('are probed by what answers nothing, from whatever page', async () => {
    const answer = await (await api()).inject({ url: '/v1/probe', headers: { origin: 'https://b.example' } });
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
  });

  test('are ours: their pages may ask, and ours may go to them and to those of tomorrow', async () => {
    nodeOrigins = ['https://a.example', 'https://b.example'];
    const app = await api({}, demoFolder);
    const { headers } = await app.inject({
      url: '/v1/capabilities',
      headers: { origin: 'https://b.example' },
    });
    expect(headers['access-control-allow-origin']).toBe('https://b.example');
    const policy = async () => String((await app.inject('/')).headers['content-security-policy']);
    expect(await policy()).toMatch(/connect-src 'self' [^;]* https: wss:;/);
    nodeOrigins = ['https://a.example'];
    expect(await policy()).not.toContain('https:');
    nodeOrigins = [];
  });
});

describe('the demo', () => {
  test('stands at its addresses, never cached, with headers that keep others out', async () => {
    const app = await api({}, demoFolder);
    for (const url of ['/', '/host?room=a', '/watch?room=a&name=b', '/network?room=a']) {
      const answer = await app.inject(url);
      expect([answer.statusCode, answer.body]).toEqual([200, '<title>demo</title>']);
      expect(answer.headers['cache-control']).toBe('no-cache');
    }
    const { headers } = await app.inject({ url: '/', headers: { host: 'live.example.com:3000' } });
    expect(headers['content-security-policy']).toContain(
      "connect-src 'self' ws://live.example.com:3000 wss:",
    );
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(headers['permissions-policy']).toContain('camera=(self)');
    expect(headers['x-content-type-options']).toBe('nosniff');
    const odd = await app.inject({ url: '/', headers: { host: "x; script-src 'unsafe-inline'" } });
    expect(odd.headers['content-security-policy']).not.toContain("script-src 'unsafe-inline'");
  });

  test('keeps hashed assets for ever, and answers 404 outside', async () => {
    const app = await api({}, demoFolder);
    expect((await app.inject('/assets/main-abc123.js')).headers['cache-control']).toContain('immutable');
    expect((await app.inject('/favicon.svg')).headers['cache-control']).toBe('no-cache');
    for (const url of [
      '/elsewhere',
      '/assets/missing.js',
      '/..%2f..%2fetc/passwd',
      '/assets/',
      '/host/more',
    ]) {
      expectProblem(await app.inject(url), 404, 'not-found');
    }
  });

  test('says so when it is not built', async () => {
    const answer = await (await api({}, join(demoFolder, 'missing'))).inject('/host');
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('The demo is not built');
  });
});

describe('on a real socket', () => {
  test('bytes that are no HTTP get a problem too, and the server goes on', async () => {
    const app = await api();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('\u0016\u0003\u0001 nonsense\r\n\r\n'));
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"bad-message"');
    const after = await fetch(`http://127.0.0.1:${port}/v1/capabilities`);
    expect(after.status).toBe(200);
  });
});
