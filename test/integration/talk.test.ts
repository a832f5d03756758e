import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';

let server: ServerProcess;
let crowd: SignalCrowd;

beforeAll(async () => {
  server = await startServerProcess(['--rate-chat=3 per 60s', '--rate-reaction=100 per 1s']);
  crowd = new SignalCrowd(server.origin);
});
afterEach(() => {
  crowd.close();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const id = (text: string) => text as never;

describe('data messages', () => {
  test('go to everybody, or to one person alone', async () => {
    const room = crowd.newRoom();
    const host = await crowd.entered(room, 'hanna', 'host');
    const carl = await crowd.entered(room, 'carl', 'cohost');
    const vera = await crowd.entered(room, 'vera', 'viewer');
    const bystander: unknown[] = [];
    vera.socket.on('data', (message) => bystander.push(message));
    expect(await host.ask('data.send', { topic: 'note', payload: 'for carl', to: id('carl') })).toMatchObject(
      {
        ok: true,
      },
    );
    expect(await carl.next('data')).toEqual({ from: 'hanna', topic: 'note', payload: 'for carl' });
    expect(await carl.ask('data.send', { topic: 'score', payload: '1:0' })).toMatchObject({ ok: true });
    const score = { from: 'carl', topic: 'score', payload: '1:0' };
    expect(await host.next('data')).toEqual(score);
    expect(await vera.next('data')).toEqual(score);
    expect(bystander).toEqual([score]);
  });

  test('need the right, a receiver who is there, and fit into their size', async () => {
    const room = crowd.newRoom();
    const host = await crowd.entered(room, 'hanna', 'host');
    const vera = await crowd.entered(room, 'vera', 'viewer');
    expect(await vera.ask('data.send', { topic: 't', payload: 'p' })).toMatchObject({
      error: { code: 'not-allowed' },
    });
    expect(await host.ask('data.send', { topic: 't', payload: 'p', to: id('nobody') })).toMatchObject({
      error: { code: 'no-such-participant' },
    });
    expect(await host.ask('data.send', { topic: 't', payload: 'x'.repeat(8 * 1024 + 1) })).toMatchObject({
      error: { code: 'bad-message' },
    });
  });
});

test('reactions of many go out together, counted by kind', async () => {
  const room = crowd.newRoom();
  const host = await crowd.entered(room, 'hanna', 'host');
  const fans = await Promise.all([1, 2, 3].map((n) => crowd.entered(room, `fan-${n}`, 'viewer')));
  const batches: Partial<Record<string, number>>[] = [];
  host.socket.on('reactions', (counts) => batches.push(counts));
  await Promise.all(
    fans.flatMap((fan) => [
      ...Array.from({ length: 10 }, () => fan.ask('react', { kind: 'heart' })),
      fan.ask('react', { kind: 'clap' }),
    ]),
  );
  const sum = (kind: string) => batches.reduce((total, batch) => total + (batch[kind] ?? 0), 0);
  while (sum('heart') < 30 || sum('clap') < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  expect([sum('heart'), sum('clap')]).toEqual([30, 3]);
  expect(batches.length).toBeLessThanOrEqual(3);
});

describe('chat', () => {
  test('too many messages are refused by code, with the time to wait, and counted', async () => {
    const room = crowd.newRoom();
    const host = await crowd.entered(room, 'hanna', 'host');
    const vera = await crowd.entered(room, 'vera', 'viewer');
    for (const text of ['one', 'two', 'three']) {
      expect(await vera.ask('chat.send', { text })).toMatchObject({ ok: true });
    }
    const fourth = await vera.ask('chat.send', { text: 'four' });
    expect(fourth).toMatchObject({ error: { code: 'rate-limited', retryAfterMs: expect.any(Number) } });
    expect(fourth.ok || fourth.error.retryAfterMs).toBeGreaterThan(1000);
    // Only chat has run dry, and only hers.
    expect(await vera.ask('react', { kind: 'heart' })).toMatchObject({ ok: true });
    expect(await host.ask('chat.send', { text: 'calm down' })).toMatchObject({ ok: true });
    const metrics = await (await fetch(`${server.adminOrigin}/metrics`)).text();
    expect(metrics).toContain('tributary_refusals_total{reason="rate-limited"} 1\n');
  });

  test.each(['a lost connection', 'a leave', 'a second tab'])('has no new budget after %s', async (way) => {
    const room = crowd.newRoom();
    const vera = await crowd.entered(room, 'vera', 'viewer');
    for (const text of ['one', 'two', 'three']) await vera.ask('chat.send', { text });
    if (way === 'a leave') await vera.ask('leave', {});
    if (way === 'a lost connection') vera.close();
    const again = await crowd.entered(room, 'vera', 'viewer');
    expect(await again.ask('chat.send', { text: 'four' })).toMatchObject({
      error: { code: 'rate-limited' },
    });
  });
});
