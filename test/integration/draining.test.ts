import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';

let crowd: SignalCrowd | undefined;
afterEach(() => {
  crowd?.close();
});

async function start(drainMs: number): Promise<{ server: ServerProcess; here: SignalCrowd }> {
  const server = await startServerProcess([`--drain-ms=${drainMs}`]);
  crowd = new SignalCrowd(server.origin);
  return { server, here: crowd };
}

/** Resolves when the server says that it takes nobody new. */
async function drains(server: ServerProcess): Promise<unknown> {
  for (;;) {
    const answer = await fetch(`${server.adminOrigin}/readyz`);
    if (answer.status === 503) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a draining server takes nobody new, lets those who are present come back, and ends with the last show', async () => {
  const { server, here } = await start(60_000);
  const host = await here.entered('show', 'hanna', 'host');
  const viewer = await here.entered('show', 'vera', 'viewer');
  const ended = server.stop('SIGTERM');
  expect(await drains(server)).toMatchObject({ reasons: ['draining'] });

  const late = await here.enter('show', 'late', 'viewer');
  expect(late.reply).toMatchObject({ error: { code: 'draining', retryAfterMs: expect.any(Number) } });
  expect((await here.enter('other', 'hal', 'host')).reply).toMatchObject({ error: { code: 'draining' } });
  viewer.close();
  expect((await here.enter('show', 'vera', 'viewer')).reply).toMatchObject({ ok: true });
  // The host left on purpose, and his seat waits for him.
  await host.ask('leave', {});
  const back = await here.enter('show', 'hanna', 'host');
  expect(back.reply).toMatchObject({ ok: true });
  const metrics = await (await fetch(`${server.adminOrigin}/metrics`)).text();
  expect(metrics).toContain('tributary_joins_total{result="draining"} 2\n');

  expect(await back.client.ask('room.end', {})).toMatchObject({ ok: true });
  // The one who was refused is still connected and does not hold the server.
  expect(late.client.socket.connected).toBe(true);
  expect(await ended).toBe(0);
});

test('when its time is over, everybody is told that the server goes', async () => {
  const { server, here } = await start(300);
  const viewer = await here.entered('show', 'vera', 'viewer');
  const ended = server.stop('SIGTERM');
  expect(await viewer.next('left')).toEqual({ reason: 'shutdown' });
  expect(await ended).toBe(0);
});

test('a second signal ends it at once', async () => {
  const { server, here } = await start(60_000);
  await here.entered('show', 'hanna', 'host');
  const ended = server.stop('SIGTERM');
  await drains(server);
  // One signal may come twice within a moment and is one.
  await new Promise((resolve) => setTimeout(resolve, 600));
  process.kill(server.pid, 'SIGTERM');
  expect(await ended).toBe(1);
});

test('connections on which nobody asks anything do not keep it', async () => {
  const { server } = await start(0);
  const silent = [server.origin, server.adminOrigin].map((origin) =>
    connect(Number(new URL(origin).port), '127.0.0.1'),
  );
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  expect(await server.stop('SIGTERM')).toBe(0);
});
