import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  TestNodes,
  comings,
  got,
  has,
  members,
  quickSettings,
  recordOf,
  room,
} from '../support/clusterNodes.ts';
import { RedisServer } from '../support/redisServer.ts';
import { startTcpRelay } from '../support/tcpRelay.ts';
import type { TcpRelay } from '../support/tcpRelay.ts';
import { until } from '../support/until.ts';

const show = room('show');
const longMs = 1.5 * quickSettings.memberTtlMs;

describe('a cluster store whose Redis', () => {
  let redis: RedisServer;
  let nodes: TestNodes;
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);

  beforeAll(() => {
    process.on('unhandledRejection', note);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
  });
  beforeEach(async () => {
    redis = await RedisServer.start();
    nodes = TestNodes.overRedis(redis.url);
  });
  afterEach(async () => {
    await nodes.close();
    await redis.close();
    expect(rejections).toEqual([]);
  });

  /** Two nodes that know each other, the first one home and holder of the show. */
  const pair = async () => {
    const [a, b] = [await nodes.join('a'), await nodes.join('b')];
    await until(() => members(a).length === 2 && members(b).length === 2);
    const { home } = await got(a.store.claim(show));
    await got(a.store.present(show));
    return { a, b, home };
  };

  test('cuts connections goes on as if nothing had been', async () => {
    const { a, b, home } = await pair();
    for (let n = 0; n < 5; n += 1) {
      await redis.cutConnections();
      await until(async () => (await a.store.renew()).ok && (await b.store.renew()).ok);
    }
    expect(await got(b.store.claim(show))).toEqual({ mine: false, home });
    expect([comings(a).left, comings(b).left, a.store.homes()]).toEqual([[], [], [home]]);
    const c = await nodes.join('c');
    await until(() => [a, b, c].every((node) => members(node).length === 3));
  });

  test.each([
    ['was stopped and forgot everything', () => redis.stop(), () => redis.start()],
    ['was frozen', async () => redis.freeze(), async () => redis.thaw()],
  ])(
    '%s for longer than any lease: what was known stays, and afterwards holds',
    async (_what, stop, start) => {
      const { a, b, home } = await pair();
      await stop();
      await until(() => has(a, 'storeAway') && has(b, 'storeAway'));
      for (const answer of [
        b.store.claim(room('other')),
        b.store.find(show),
        b.store.holders(show),
        a.store.renew(),
        b.store.present(show),
      ])
        expect(await answer).toMatchObject({ ok: false, error: { code: 'store-away' } });
      expect(await got(a.store.claim(show))).toEqual({ mine: true, home });
      await until(() => (a.store.members().ageMs ?? 0) > longMs);
      expect([members(a), members(b), a.store.homes()]).toEqual([['a', 'b'], ['a', 'b'], [home]]);
      await start();
      await until(() => has(a, 'storeBack') && has(b, 'storeBack'));
      await sleep(longMs);
      expect([comings(a).left, comings(b).left, a.store.homes()]).toEqual([[], [], [home]]);
      expect(await got(b.store.claim(show))).toEqual({ mine: false, home });
      expect((await got(a.store.holders(show))).toSorted()).toEqual(['a', 'b']);
      await got(a.store.release(show));
      expect((await got(b.store.claim(show))).home.epoch).toBeGreaterThan(home.epoch);
    },
  );

  test('was away: who died meanwhile is dropped once the others had time to come back', async () => {
    const { a, b, home } = await pair();
    await redis.stop();
    await until(() => has(b, 'storeAway'));
    a.hang();
    await redis.start();
    await until(() => comings(b).left.includes('a'));
    await until(async () => (await got(b.store.claim(show))).mine);
    expect((await got(b.store.find(show)))!.epoch).toBeGreaterThan(home.epoch);
  });

  test('is not there yet is joined as soon as it is', async () => {
    await redis.stop();
    const a = nodes.add();
    expect(await a.store.announce(recordOf('a'))).toMatchObject({ ok: false, error: { code: 'store-away' } });
    expect(members(a)).toEqual(['a']);
    expect(await a.store.claim(show)).toMatchObject({ ok: false, error: { code: 'store-away' } });
    await redis.start();
    await until(async () => (await a.store.claim(show)).ok);
  });

  test('forgets everything keeps epochs growing', async () => {
    const { a, b, home } = await pair();
    a.hang();
    await redis.ask((client) => client.flushall());
    const later = await got(b.store.claim(show));
    expect(later.mine).toBe(true);
    expect(later.home.epoch).toBeGreaterThan(home.epoch);
    expect(await got(a.store.renew())).toEqual([home]);
  });

  test('does not answer a claim leaves one home at most', async () => {
    const { a, b } = await pair();
    redis.freeze();
    const other = room('other');
    const claims = [a.store.claim(other), b.store.claim(other)];
    for (const claim of claims)
      expect(await claim).toMatchObject({ ok: false, error: { code: 'store-away' } });
    redis.thaw();
    const home = await until(async () => (await b.store.find(other)).ok).then(() =>
      got(a.store.claim(other)),
    );
    expect(await got(b.store.claim(other))).toMatchObject({ home: home.home });
    expect([...a.store.homes(), ...b.store.homes()].filter(({ roomId }) => roomId === other)).toHaveLength(1);
  });

  test('holds a record of a form that nobody here knows shows a stranger', async () => {
    const { a } = await pair();
    await redis.ask(async (client) => {
      const later = Date.now() + 60_000;
      for (const [node, record] of [
        ['z1', '{"protocolVersion":7,"shape":"new"}'],
        ['z2', 'not JSON'],
        ['No Node', '{}'],
      ] as const) {
        await client.hset('{test}:records', node, `session ${record}`);
        await client.zadd('{test}:members', later, node);
        await client.zadd('{test}:changes', later, node);
      }
    });
    await until(() => a.store.members().strangers.length === 2);
    expect(a.store.members().strangers).toEqual([
      { nodeId: 'z1', protocolVersion: 7 },
      { nodeId: 'z2', protocolVersion: undefined },
    ]);
  });

  test('everybody left holds nothing any more after a while', async () => {
    const { a, b } = await pair();
    await got(b.store.claim(room('other')));
    await got(b.store.present(show));
    expect(await redis.keys()).not.toEqual([]);
    a.hang();
    await b.store.close();
    await until(async () => (await redis.keys()).length === 0);
  });

  describe('is out of reach for one node alone', () => {
    let relay: TcpRelay;
    let far: TestNodes;
    beforeEach(async () => {
      relay = await startTcpRelay(redis.url);
      far = TestNodes.overRedis(`redis://127.0.0.1:${new URL(relay.origin).port}`);
    });
    afterEach(async () => {
      await far.close();
      await relay.close();
    });

    test('drops it, gives its room to another, and fences it when it is back', async () => {
      const [a, b] = [await far.join('a'), await nodes.join('b')];
      await until(() => members(a).length === 2);
      const { home } = await got(a.store.claim(show));
      relay.cut();
      await until(() => comings(b).left.includes('a'));
      await until(async () => (await got(b.store.claim(show))).mine);
      expect([members(a), a.store.homes()]).toEqual([['a', 'b'], [home]]);
      relay.mend();
      await until(() => has(a, 'homeLost'));
      expect(a.store.homes()).toEqual([]);
      expect(await got(a.store.claim(show))).toMatchObject({ mine: false, home: { nodeId: 'b' } });
      await until(() => members(b).length === 2);
      expect(comings(a).left).toEqual([]);
    });
  });
});
