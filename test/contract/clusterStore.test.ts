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
import type { TestNode } from '../support/clusterNodes.ts';
import { RedisServer, startRedisCluster } from '../support/redisServer.ts';
import { until } from '../support/until.ts';

interface Implementation {
  start(): Promise<{ nodes(keyPrefix: string): TestNodes; close(): Promise<unknown> }>;
}

const implementations: Record<string, Implementation> = {
  memory: {
    start: async () => ({ nodes: () => TestNodes.inMemory(), close: async () => undefined }),
  },
  Redis: {
    start: async () => {
      const server = await RedisServer.start();
      return {
        nodes: (keyPrefix) => TestNodes.overRedis(server.url, { keyPrefix }),
        close: () => server.close(),
      };
    },
  },
  'Redis Cluster': {
    start: async () => {
      const { url, servers } = await startRedisCluster();
      return {
        nodes: (keyPrefix) => TestNodes.overRedis(url, { keyPrefix }),
        close: () => Promise.all(servers.map((server) => server.close())),
      };
    },
  },
};

const show = room('show');
/** Longer than anything stays that is not renewed. */
const longMs = 1.5 * Math.max(quickSettings.memberTtlMs, quickSettings.homeTtlMs);

describe.each(Object.entries(implementations))('a cluster store in %s', (_name, implementation) => {
  let running: Awaited<ReturnType<Implementation['start']>>;
  let nodes: TestNodes;
  let count = 0;

  beforeAll(async () => {
    running = await implementation.start();
  });
  afterAll(() => running.close());
  beforeEach(() => {
    count += 1;
    nodes = running.nodes(`test-${count}`);
  });
  afterEach(() => nodes.close());

  const pair = async (): Promise<[TestNode, TestNode]> => [await nodes.join('a'), await nodes.join('b')];
  const claim = (node: TestNode, roomId = show) => got(node.store.claim(roomId));
  /** Claims until it is this node's, as after the present home's end. */
  const claimInTime = async (node: TestNode) => {
    await until(async () => (await claim(node)).mine);
    return (await claim(node)).home;
  };

  describe('members', () => {
    test('see each other and themselves', async () => {
      const [a, b] = await pair();
      await until(() => members(a).length === 2 && members(b).length === 2);
      expect(comings(a).joined).toEqual(['a', 'b']);
      expect(a.store.members().ageMs).toBeLessThan(quickSettings.memberTtlMs);
    });

    test('know nothing before they have announced themselves, and are refused', async () => {
      const { store } = nodes.add();
      expect(store.members()).toEqual({ nodes: [], strangers: [], ageMs: undefined });
      for (const answer of [store.claim(show), store.present(show), store.renew()])
        expect(await answer).toMatchObject({ ok: false, error: { code: 'not-announced' } });
    });

    test('hear what another tells of itself', async () => {
      const [a, b] = await pair();
      b.store.update({ load: 0.5, viewers: 7 });
      const ofB = (): unknown =>
        a.store.members().nodes.find(({ nodeId }) => nodeId === recordOf('b').nodeId);
      await until(() => (ofB() as { viewers?: number } | undefined)?.viewers === 7);
      b.store.update({ draining: true });
      await until(() => (ofB() as { draining?: boolean }).draining === true);
      expect(ofB()).toEqual(recordOf('b', { load: 0.5, viewers: 7, draining: true }));
      const changes = a.heard.flatMap((one) => (one.name === 'membersChanged' ? one.with[0].changed : []));
      expect(changes.at(-1)).toMatchObject({ nodeId: 'b', draining: true });
    });

    test('hear of one that leaves', async () => {
      const [a, b] = await pair();
      await until(() => members(a).length === 2);
      await got(b.store.leave());
      await until(() => comings(a).left.includes('b'));
      expect(members(a)).toEqual(['a']);
      expect(await b.store.renew()).toMatchObject({ ok: false });
    });

    test('drop one that is not heard any more', async () => {
      const [a, b] = await pair();
      await until(() => members(a).length === 2);
      b.hang();
      await until(() => comings(a).left.includes('b'));
      expect(members(a)).toEqual(['a']);
      b.wake();
      await until(() => members(a).length === 2);
    });

    test('are not dropped when everybody was silent, as after a machine slept', async () => {
      const [a, b] = await pair();
      await until(() => members(a).length === 2 && members(b).length === 2);
      const home = await claim(a);
      a.hang();
      b.hang();
      await sleep(longMs);
      b.wake();
      await got(b.store.renew());
      expect(await claim(b)).toEqual({ ...home, mine: false });
      a.wake();
      await got(a.store.renew());
      await sleep(longMs);
      expect([comings(a).left, comings(b).left]).toEqual([[], []]);
      expect(a.store.homes()).toEqual([home.home]);
    });

    test('see one that started anew leave and join, and need not wait until the old one has expired', async () => {
      const [a, old] = await pair();
      await until(() => members(a).length === 2);
      old.hang();
      await nodes.join('b', { startedAtMs: 2 });
      await until(() => comings(a).joined.length === 3);
      expect(comings(a)).toEqual({ joined: ['a', 'b', 'b'], left: ['b'] });
    });

    test('are put out when they hung so long that another took their name', async () => {
      const old = await nodes.join('b');
      const { home } = await claim(old);
      old.hang();
      const anew = await nodes.join('b', { startedAtMs: 2 });
      old.wake();
      await until(() => has(old, 'nodeIdTaken'));
      expect(old.heard).toContainEqual({ name: 'homeLost', with: [home] });
      expect(old.store.homes()).toEqual([]);
      expect(await old.store.claim(room('other'))).toMatchObject({
        ok: false,
        error: { code: 'node-id-taken' },
      });
      expect(await anew.store.renew()).toMatchObject({ ok: true });
    });

    test('are refused under the name of one that is alive', async () => {
      const [a, b] = await pair();
      const second = nodes.add();
      expect(await second.store.announce(recordOf('b', { startedAtMs: 2 }))).toMatchObject({
        ok: false,
        error: { code: 'node-id-taken', message: expect.stringContaining('same node id') },
      });
      expect(has(b, 'nodeIdTaken')).toBe(false);
      await got(b.store.renew());
      expect(comings(a).left).toEqual([]);
    });

    test('see those of another protocol version as such', async () => {
      const [a] = await pair();
      await nodes.join('c', { protocolVersion: 99 });
      await until(() => a.store.members().strangers.length === 1);
      expect(a.store.members().strangers).toEqual([{ nodeId: 'c', protocolVersion: 99 }]);
      expect(members(a)).not.toContain('c');
    });
  });

  describe('homes', () => {
    test('belong to the first who claims, and everybody finds them', async () => {
      const [a, b] = await pair();
      const { mine, home } = await claim(a);
      expect(mine).toBe(true);
      expect(home).toMatchObject({ roomId: 'show', nodeId: 'a' });
      expect(await claim(b)).toEqual({ mine: false, home });
      expect(await got(b.store.find(show))).toEqual(home);
      expect(await got(a.store.find(show))).toEqual(home);
      expect(await got(b.store.find(room('other')))).toBeUndefined();
    });

    test('are one when many claim at once', async () => {
      const all = [await nodes.join('a'), await nodes.join('b'), await nodes.join('c')];
      const claims = await Promise.all([...all, ...all].map((node) => claim(node)));
      expect(new Set(claims.map(({ home }) => JSON.stringify(home))).size).toBe(1);
      expect(all.flatMap(({ store }) => store.homes())).toEqual([claims[0]!.home]);
    });

    test('stay as long as they are renewed', async () => {
      const [a, b] = await pair();
      const { home } = await claim(a);
      await sleep(longMs);
      expect(await claim(b)).toEqual({ mine: false, home });
    });

    test('are many, and all renewed', async () => {
      const [a, b] = await pair();
      const rooms = Array.from({ length: 1200 }, (_, at) => room(`room-${at}`));
      const claimed = await Promise.all(rooms.map((each) => claim(a, each)));
      await sleep(longMs);
      const found = await Promise.all(rooms.map((each) => got(b.store.find(each))));
      expect(found).toEqual(claimed.map(({ home }) => home));
      expect(has(a, 'homeLost')).toBe(false);
    });

    test('have an epoch that grows when they were given up', async () => {
      const [a, b] = await pair();
      const first = await claim(a);
      await got(a.store.release(show));
      expect(a.store.homes()).toEqual([]);
      expect(await got(b.store.find(show))).toBeUndefined();
      const second = await claim(b);
      expect(second.mine).toBe(true);
      expect(second.home.epoch).toBeGreaterThan(first.home.epoch);
      await got(a.store.release(show));
      expect(await got(a.store.find(show))).toEqual(second.home);
    });

    test('are another node’s with a higher epoch when theirs died, and are lost to it when it was not dead', async () => {
      const [a, b] = await pair();
      const { home } = await claim(a);
      a.hang();
      const later = await claimInTime(b);
      expect(later.epoch).toBeGreaterThan(home.epoch);
      expect(await got(a.store.renew())).toEqual([home]);
      expect(a.heard).toContainEqual({ name: 'homeLost', with: [home] });
      expect(a.store.homes()).toEqual([]);
      expect(await got(a.store.find(show))).toEqual(later);
      expect(await got(b.store.renew())).toEqual([]);
    });

    test('stay with a node that hung longer than its lease, when nobody took them over', async () => {
      const [a, b] = await pair();
      const { home } = await claim(a);
      a.hang();
      await until(async () => (await got(b.store.find(show))) === undefined);
      a.wake();
      expect(await got(a.store.renew())).toEqual([]);
      expect(await got(b.store.find(show))).toEqual(home);
    });

    test('are taken over only from a dead node, and only by one that knows its last state', async () => {
      const [a, b] = await pair();
      const { home } = await claim(a);
      expect(await got(b.store.takeOver(show, home.epoch))).toEqual({ mine: false, home });
      a.hang();
      await until(async () => (await got(b.store.takeOver(show, home.epoch))).mine);
      const [later] = b.store.homes();
      expect(later!.epoch).toBeGreaterThan(home.epoch);
      await got(b.store.release(show));
      const c = await nodes.join('c');
      expect(await c.store.takeOver(show, home.epoch)).toMatchObject({
        ok: false,
        error: { code: 'home-moved-on' },
      });
      expect(await got(c.store.takeOver(show, later!.epoch))).toMatchObject({ mine: true });
    });

    test('are given anew to a node that started anew', async () => {
      const old = await nodes.join('a');
      const { home } = await claim(old);
      old.hang();
      const anew = await nodes.join('a', { startedAtMs: 2 });
      const again = await claim(anew);
      expect(again.mine).toBe(true);
      expect(again.home.epoch).toBeGreaterThan(home.epoch);
    });

    test('are free at once when their node leaves', async () => {
      const [a, b] = await pair();
      const { home } = await claim(a);
      await got(a.store.leave());
      const next = await claim(b);
      expect(next.mine).toBe(true);
      expect(next.home.epoch).toBeGreaterThan(home.epoch);
    });
  });

  describe('holders of a room', () => {
    const holders = async (node: TestNode) => (await got(node.store.holders(show))).toSorted();

    test('are those who said so, until they say otherwise', async () => {
      const [a, b] = await pair();
      expect(await holders(a)).toEqual([]);
      await got(a.store.present(show));
      await got(b.store.present(show));
      expect(await holders(a)).toEqual(['a', 'b']);
      await got(a.store.absent(show));
      expect(await holders(b)).toEqual(['b']);
      await got(b.store.leave());
      expect(await holders(a)).toEqual([]);
    });

    test('go with their node, and come back with it', async () => {
      const [a, b] = await pair();
      await got(b.store.present(show));
      await sleep(longMs);
      expect(await holders(a)).toEqual(['b']);
      b.hang();
      await until(async () => (await holders(a)).length === 0);
      b.wake();
      await until(async () => (await holders(a)).length === 1);
    });
  });

  test('a store may be closed twice, and answers afterwards', async () => {
    const a = await nodes.join('a');
    await claim(a);
    await Promise.all([a.store.close(), a.store.close()]);
    await a.store.close();
    expect(a.store.homes()).toEqual([]);
    expect(await a.store.claim(show)).toMatchObject({ ok: false, error: { code: 'not-announced' } });
  });
});
