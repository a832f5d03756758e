import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ParticipantId, RoomId } from '../../protocol/identity.ts';
import { SignalConnection } from '../../client/signalConnection.ts';
import type { TributaryError } from '../../client/tributaryError.ts';
import { createTokens } from '../../server/access/tokens.ts';
import { RawSocket } from '../support/rawSocket.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { connectSignal, devToken } from '../support/signalClient.ts';
import type { SignalClient } from '../support/signalClient.ts';

let server: ServerProcess;
const clients: SignalClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  expect(await server.stop()).toBe(0);
});

async function connect(more: Parameters<typeof connectSignal>[1]): Promise<SignalClient> {
  const client = await connectSignal(server.origin, more);
  clients.push(client);
  return client;
}

describe('HTTPS', () => {
  const folder = new URL('../support/tls/', import.meta.url);
  const certFile = new URL('localhost-cert.pem', folder).pathname;
  const keyFile = new URL('localhost-key.pem', folder).pathname;
  const ca = readFileSync(certFile, 'utf8');
  const tokenSecret = 'a secret of thirty-two bytes or more';

  test('pages, API and signalling are served with the certificate that was given', async () => {
    server = await startServerProcess([
      `--tls-cert-file=${certFile}`,
      `--tls-key-file=${keyFile}`,
      `--token-secret=${tokenSecret}`,
    ]);
    expect(server.origin).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      get(`${server.origin}/v1/capabilities`, { ca }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
    const { token } = await createTokens(tokenSecret).issue('safe' as RoomId, {
      identity: 'hanna' as ParticipantId,
      name: 'Hanna',
      role: 'host',
      ttlSeconds: 60,
    });
    const host = await connect({ ca });
    expect(await host.join(token)).toMatchObject({ ok: true, value: { room: { status: 'live' } } });
  });
});

describe('behind a proxy', () => {
  const page = 'https://live.example.com';
  const through = (address: string) => ({
    extraHeaders: {
      origin: page,
      'x-forwarded-host': 'live.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': address,
    },
  });

  test('a trusted one tells which host was asked for, and addresses are counted apart', async () => {
    server = await startServerProcess([
      '--trusted-proxies=loopback',
      '--allowed-origins=https://elsewhere.example',
      '--rate-connections=2 per 600s',
    ]);
    const viewer = await connect(through('198.51.100.1'));
    expect(await viewer.join(await devToken(server.origin, 'show', 'vera', 'viewer'))).toMatchObject({
      ok: true,
    });
    await connect(through('198.51.100.1'));
    await expect(connect(through('198.51.100.1'))).rejects.toThrow();
    await connect(through('198.51.100.2'));
    const metrics = await (await fetch(`${server.adminOrigin}/metrics`)).text();
    expect(metrics).toContain('tributary_refusals_total{reason="rate-limited"} 1\n');
  });

  test('whoever is not trusted is believed neither', async () => {
    server = await startServerProcess([
      '--allowed-origins=https://elsewhere.example',
      '--rate-connections=2 per 600s',
    ]);
    await expect(connect(through('198.51.100.1'))).rejects.toThrow();
    const own = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } });
    await connect(own('198.51.100.1'));
    await connect(own('198.51.100.2'));
    await expect(connect(own('198.51.100.3'))).rejects.toThrow();
  });
});

describe('somebody who may not come in', () => {
  /** Comes as the SDK comes. */
  const comes = () =>
    SignalConnection.open({
      origin: server.origin,
      handlers: {} as never,
      abort: new AbortController().signal,
      joining: Promise.resolve(undefined),
      patienceMs: 10_000,
    }).then(
      (signal) => {
        signal.close();
        return 'came in';
      },
      (error: unknown) => {
        const { code, retryAfterMs } = error as TributaryError;
        return { code, retryAfterMs };
      },
    );

  test('learns that the server is full, and comes in when it is not any more', async () => {
    server = await startServerProcess(['--max-connections=1']);
    const first = await connect({});
    expect(await comes()).toEqual({ code: 'overloaded', retryAfterMs: 5000 });
    // Whoever is refused holds no place.
    first.close();
    let answer = await comes();
    while (answer !== 'came in') answer = await comes();
  });

  test('learns how long to wait where his address came too often', async () => {
    server = await startServerProcess(['--rate-connections=1 per 600s']);
    expect(await comes()).toBe('came in');
    const refused = await comes();
    expect(refused).toMatchObject({ code: 'rate-limited' });
    expect((refused as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(500_000);
  });

  test('is thrown out when he does not listen, and a crowd of such people is refused at the door', async () => {
    server = await startServerProcess(['--rate-connections=1 per 600s']);
    await connect({});
    const waiting = await Promise.all(Array.from({ length: 100 }, () => RawSocket.open(server.origin)));
    await expect(comes()).resolves.toMatchObject({ code: 'unreachable' });
    await Promise.all(waiting.map(({ closed }) => closed));
    expect(waiting.map((raw) => raw.count('hello'))).not.toContain(1);
  });
});
