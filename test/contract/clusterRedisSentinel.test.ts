import { afterEach, expect, test } from '@jest/globals';
import { TestNodes, comings, got, has, members, room } from '../support/clusterNodes.ts';
import { RedisServer } from '../support/redisServer.ts';
import { until } from '../support/until.ts';

const show = room('show');
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started(server: Promise<RedisServer>): Promise<RedisServer> {
  const running = await server;
  closing.push(() => running.close());
  return running;
}

test('nodes go on with the replica that a Sentinel makes the master, and no room changes its home', async () => {
  const master = await started(RedisServer.start(['--repl-diskless-sync-delay', '0']));
  const replica = await started(RedisServer.start(['--replicaof', '127.0.0.1', `${master.port}`]));
  await until(() =>
    replica.ask(async (redis) => (await redis.info('replication')).includes('link_status:up')),
  );
  const sentinel = await started(RedisServer.startSentinel(master));
  // It asks the master for its replicas, and does so every ten seconds at most.
  await until(() =>
    sentinel.ask(
      async (redis) => ((await redis.call('SENTINEL', 'replicas', 'main')) as unknown[]).length === 1,
    ),
  );
  const nodes = TestNodes.overRedis(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
  closing.push(() => nodes.close());
  const [a, b] = [await nodes.join('a'), await nodes.join('b')];
  await until(() => members(a).length === 2 && members(b).length === 2);
  const { home } = await got(a.store.claim(show));

  await master.stop();
  await until(() => has(a, 'storeAway') && has(b, 'storeAway'));
  await until(() => has(a, 'storeBack') && has(b, 'storeBack'));
  expect(await got(b.store.claim(show))).toEqual({ mine: false, home });
  expect([comings(a).left, comings(b).left, a.store.homes()]).toEqual([[], [], [home]]);
  await got(a.store.release(show));
  expect((await got(b.store.claim(show))).home.epoch).toBeGreaterThan(home.epoch);
});
