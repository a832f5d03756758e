import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ParticipantId, RoomId } from '../../protocol/identity.ts';
import type { Role } from '../../protocol/roles.ts';
import { createTokens } from '../../server/access/tokens.ts';
import { freePorts } from '../support/ports.ts';
import { startReadyProcess } from '../support/readyProcess.ts';
import type { ReadyProcess } from '../support/readyProcess.ts';
import { RedisServer } from '../support/redisServer.ts';
import { startServerProcess } from '../support/serverProcess.ts';
import type { ServerProcess } from '../support/serverProcess.ts';
import { connectSignal } from '../support/signalClient.ts';
import type { SignalClient } from '../support/signalClient.ts';
import { SignalCrowd } from '../support/signalCrowd.ts';
import { until } from '../support/until.ts';

let redis: RedisServer;
const tokenSecret = 'a secret of thirty-two bytes or more';
const servers: ServerProcess[] = [];
const processes: ReadyProcess[] = [];
const clients: SignalClient[] = [];
const crowds: SignalCrowd[] = [];
let names = 0;

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const crowd of crowds.splice(0)) crowd.close();
  for (const client of clients.splice(0)) client.close();
  await Promise.all(processes.splice(0).map((started) => started.stop('SIGINT')));
  await Promise.all(servers.splice(0).map((server) => server.stop('SIGINT')));
});
afterAll(() => redis.close());

/** A node over the Redis, of a process of its own. */
async function startNode(nodeId = `node-${(names += 1)}`): Promise<[ServerProcess, SignalCrowd]> {
  const server = await startServerProcess([
    `--redis=${redis.url}`,
    `--node-id=${nodeId}`,
    '--workers=1',
    `--token-secret=${tokenSecret}`,
    '--cluster-secrets=a-cluster-secret-of-thirty-two-bytes-or-more',
  ]);
  servers.push(server);
  const crowd = new SignalCrowd(server.origin);
  crowds.push(crowd);
  return [server, crowd];
}

const newRoom = () => `processes-${(names += 1)}`;
const ready = async ({ adminOrigin }: ServerProcess): Promise<unknown> =>
  (await fetch(`${adminOrigin}/readyz`)).json();

describe('two processes over one Redis', () => {
  test('share a room, go on while Redis is gone, and refuse what cannot be done meanwhile', async () => {
    const [[first, a], [, b]] = [await startNode(), await startNode()];
    const room = newRoom();
    const hanna = await a.entered(room, 'hanna', 'host');
    const carl = await b.entered(room, 'carl', 'cohost');
    await hanna.next('room', ({ stage }) => stage[1]?.id === 'carl');
    expect(await carl.ask('chat.send', { text: 'from b' })).toMatchObject({ ok: true });
    expect(await hanna.next('chat')).toMatchObject({ from: 'carl', text: 'from b' });
    expect(await hanna.ask('chat.send', { text: 'from a' })).toMatchObject({ ok: true });
    await carl.next('chat', ({ text }) => text === 'from a');

    await redis.stop();
    await until(async () => JSON.stringify(await ready(first)).includes('store-away'));
    expect(await ready(first)).toEqual({ status: 'ready', notes: ['store-away'] });
    expect(await carl.ask('chat.send', { text: 'without Redis' })).toMatchObject({ ok: true });
    await hanna.next('chat', ({ text }) => text === 'without Redis');
    const vera = await b.entered(room, 'vera', 'viewer');
    expect(await vera.ask('stage.request', {})).toMatchObject({ ok: true });
    await hanna.next('backstage', ({ requests }) => requests.some(({ id }) => id === 'vera'));
    const { reply } = await a.enter(newRoom(), 'nora', 'host');
    expect(reply).toMatchObject({ ok: false, error: { code: 'home-away' } });

    await redis.start();
    await until(async () => JSON.stringify(await ready(first)) === '{"status":"ready"}');
    await a.entered(newRoom(), 'nora', 'host');
    expect(await carl.ask('chat.send', { text: 'with Redis' })).toMatchObject({ ok: true });
    await hanna.next('chat', ({ text }) => text === 'with Redis');
  });

  test('lose one of them, and the other is the home of its rooms in two seconds or so', async () => {
    const tookMs: number[] = [];
    const [, b] = await startNode();
    for (let n = 0; n < 3; n += 1) {
      const [first, a] = await startNode();
      const room = newRoom();
      await a.entered(room, 'hanna', 'host');
      const mona = await b.entered(room, 'mona', 'moderator');
      expect(await mona.ask('chat.send', { text: 'before' })).toMatchObject({ ok: true });
      const killedMs = performance.now();
      expect(await first.stop('SIGKILL')).toBeNull();
      await until(async () => (await mona.ask('chat.send', { text: 'after' })).ok, { everyMs: 50 });
      tookMs.push(Math.round(performance.now() - killedMs));
      await mona.next('chat', ({ text }) => text === 'after');
      await mona.next('room', ({ stage }) => stage[0]?.presence === 'away');
    }
    console.log(`the home was killed; another one decided after ${tookMs.join(', ')} ms`);
  });

  test('cannot have the same name: the second is refused, and one that was taken for dead ends', async () => {
    const [first] = await startNode('twin');
    await expect(startNode('twin')).rejects.toThrow(/ended with 1 .*\n.*[^]*same node id/);
    process.kill(first.pid, 'SIGSTOP');
    await startNode('twin');
    process.kill(first.pid, 'SIGCONT');
    expect(await first.ended).toBe(1);
    expect(first.output()).toContain('Tributary ends: another process runs as node twin');
  });
});

test('in production nodes find each other over TLS', async () => {
  const tls = (name: string) => new URL(`../support/tls/localhost-${name}.pem`, import.meta.url).pathname;
  const start = async (nodeId: string): Promise<ReadyProcess> => {
    const [port, adminPort, linkPort, rtcPort] = await freePorts(4);
    const given = {
      redis: redis.url,
      'node-id': nodeId,
      region: nodeId.slice(0, 2),
      'cluster-secrets': 'a-cluster-secret-of-thirty-two-bytes-or-more',
      'link-url': `https://localhost:${linkPort}`,
      'link-tls-cert-file': tls('cert'),
      'link-tls-key-file': tls('key'),
      'link-ca-file': tls('cert'),
      'token-secret': tokenSecret,
      'api-keys': 'shop:a key of the shop for nobody else'.replaceAll(' ', '-'),
      'announced-address': '127.0.0.1',
      'rtc-listen-ip': '127.0.0.1',
      port: port,
      'admin-port': adminPort,
      'link-port': linkPort,
      'rtc-port': rtcPort,
      workers: 1,
      'drain-ms': 0,
    };
    const flags = Object.entries(given).map(([name, value]) => `--${name}=${value}`);
    const started = await startReadyProcess('server/main.ts', flags);
    processes.push(started);
    return started;
  };
  const enter = async (at: ReadyProcess, identity: string, role: Role): Promise<SignalClient> => {
    const client = await connectSignal(/^ready (\S+)$/m.exec(at.output())![1]!);
    clients.push(client);
    const who = { identity: identity as ParticipantId, name: identity, role, ttlSeconds: 60 };
    const { token } = await createTokens(tokenSecret).issue('safe' as RoomId, who);
    expect(await client.join(token)).toMatchObject({ ok: true });
    return client;
  };
  const [us, eu] = [await start('us-1'), await start('eu-1')];
  const hanna = await enter(us, 'hanna', 'host');
  const vera = await enter(eu, 'vera', 'viewer');
  expect(await vera.ask('chat.send', { text: 'over TLS' })).toMatchObject({ ok: true });
  await hanna.next('chat', ({ text }) => text === 'over TLS');
});

test('the development cluster is one network in one process: it says where it is, and ends as it should', async () => {
  const server = await startServerProcess(['--dev-regions=us,us,eu']);
  servers.push(server);
  const lines = server.output().split('\n');
  const nodes = lines.flatMap((line) => /(\S+) in region (\S+): (http:\S+)/.exec(line)?.slice(1, 4) ?? []);
  expect(nodes.filter((_, index) => index % 3 === 0)).toEqual(['us-1', 'us-2', 'eu-1']);
  expect(nodes.filter((_, index) => index % 3 === 1)).toEqual(['us', 'us', 'eu']);
  expect(nodes[2]).toBe(server.origin);
  expect(lines.at(-1)).toBe(`ready ${server.origin}`);

  crowds.push(new SignalCrowd(server.origin), new SignalCrowd(nodes[8]!));
  const hanna = await crowds[0]!.entered('trial', 'hanna', 'host');
  const vera = await crowds[1]!.entered('trial', 'vera', 'viewer');
  expect(await hanna.ask('chat.send', { text: 'hello, eu' })).toMatchObject({ ok: true });
  await vera.next('chat', ({ text }) => text === 'hello, eu');
  expect(await server.stop('SIGINT')).toBe(0);
});
