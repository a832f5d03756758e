import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { bestEdge, edgesToTry, isNearEnough } from '../../client/edgeChoice.ts';
import type { KnownEdge } from '../../client/edgeChoice.ts';
import { EdgeRoute } from '../../client/edgeRoute.ts';
import type { EdgeList } from '../../protocol/edges.ts';

/** `eu1` is a node of the region `eu`. */
const edge = (nodeId: string, changes: Partial<KnownEdge> = {}): KnownEdge =>
  ({
    nodeId,
    region: nodeId.replace(/\d+$/, ''),
    url: `https://${nodeId}.test`,
    probeUrl: `https://${nodeId}.test/v1/probe`,
    load: 0,
    ...changes,
  }) as KnownEdge;
const middle = () => 0.5;

describe('the nearest edge', () => {
  test('is not looked for where the node that was asked is near and has as much room as its neighbours', () => {
    const own = edge('us1');
    expect(isNearEnough(own, [own, edge('us2'), edge('eu1')], 12)).toBe(true);
    expect(isNearEnough(own, [own, edge('eu1')], 45)).toBe(false);
    expect(isNearEnough({ ...own, load: 2 }, [own, edge('us2')], 12)).toBe(false);
    expect(isNearEnough({ ...own, load: 2 }, [{ ...own, load: 2 }, edge('eu1')], 12)).toBe(true);
  });

  test('has the shortest round trip, unless it is nearly full; of equals the lot decides', () => {
    const near = edge('us1', { rttMs: 20 });
    const far = edge('eu1', { rttMs: 90 });
    expect(bestEdge([far, near, edge('ap1')], middle)).toBe(near);
    expect(bestEdge([far, { ...near, load: 3 }], middle)).toBe(far);
    const equals = [edge('us1', { rttMs: 20 }), edge('us2', { rttMs: 26 })];
    expect([0, 0.99].map((lot) => bestEdge(equals, () => lot)?.nodeId)).toEqual(['us1', 'us2']);
    expect(bestEdge([edge('us1')], middle)).toBeUndefined();
  });
});

describe('after a lost connection', () => {
  const known = [
    edge('eu1', { rttMs: 90 }),
    edge('us1', { rttMs: 12 }),
    edge('us2', { rttMs: 40 }),
    edge('us3', { rttMs: 14, load: 3 }),
  ];
  const order = (edges: readonly KnownEdge[], region?: string) =>
    edgesToTry(edges, { current: 'https://us1.test', region, nowMs: 100_000 }, middle).map(
      ({ nodeId }) => nodeId,
    );

  test('the same node is tried first, then its region, the nearer and emptier before the others', () => {
    expect(order(known)).toEqual(['us1', 'us2', 'us3', 'eu1']);
    expect(order(known, 'eu')).toEqual(['us1', 'eu1', 'us2', 'us3']);
  });

  test('what failed just now comes last, and what failed long ago does not', () => {
    const failed = (atMs: number) =>
      known.map((one) => (one.nodeId === 'us1' ? { ...one, failedAtMs: atMs } : one));
    expect(order(failed(99_000))).toEqual(['us2', 'us3', 'eu1', 'us1']);
    expect(order(failed(80_000))[0]).toBe('us1');
  });

  test('a crowd does not go to one of several equals', () => {
    const equals = [edge('us1'), edge('us2', { rttMs: 20 }), edge('us3', { rttMs: 22 })];
    const way = { current: 'https://us1.test', region: undefined, nowMs: 0 };
    const seconds = new Set<string | undefined>();
    for (let n = 0; n < 50; n += 1) seconds.add(edgesToTry(equals, way, Math.random)[1]?.nodeId);
    expect(seconds).toEqual(new Set(['us2', 'us3']));
  });
});

describe('the way to a room', () => {
  /** What each address answers, after how long; one that is missing never does. */
  let network: Map<string, { afterMs: number; list?: EdgeList }>;
  let asked: string[];
  let networks = 0;
  const { fetch } = globalThis;

  beforeEach(() => {
    jest.useFakeTimers();
    network = new Map();
    asked = [];
    globalThis.fetch = ((url: string, { signal }: { signal: AbortSignal }) => {
      asked.push(url);
      const { origin, pathname } = new URL(url);
      const answer = network.get(`${origin}${pathname}`);
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        if (answer === undefined) return;
        setTimeout(
          () =>
            resolve({
              ok: answer.list !== undefined || pathname === '/v1/probe',
              json: () => Promise.resolve(answer.list),
            }),
          answer.afterMs,
        );
      });
    }) as never;
  });
  afterEach(() => {
    jest.useRealTimers();
    globalThis.fetch = fetch;
  });

  /** Nodes of one network of its own, each with its round trip; the first is asked. */
  function nodes(rtts: Record<string, number>, self = Object.keys(rtts)[0]!): string[] {
    networks += 1;
    const edges = Object.keys(rtts).map((nodeId) => {
      const url = `https://${nodeId}.n${networks}.test`;
      return edge(nodeId, { url, probeUrl: `${url}/v1/probe` });
    });
    for (const { nodeId, url, probeUrl } of edges) {
      const afterMs = rtts[nodeId]!;
      network.set(probeUrl, { afterMs });
      network.set(`${url}/v1/edges`, { afterMs, list: { self: self as never, edges, regions: [] } });
    }
    return edges.map(({ url }) => url);
  }
  async function choice(route: EdgeRoute): Promise<{ url: string; tookMs: number }> {
    const startedMs = performance.now();
    const choosing = route.choose().then((url) => ({ url, tookMs: performance.now() - startedMs }));
    await jest.advanceTimersByTimeAsync(5000);
    return choosing;
  }

  test('costs one question where the node that was asked is near', async () => {
    const [us = ''] = nodes({ us1: 8, eu1: 90 });
    const route = new EdgeRoute([us], undefined);
    expect(await choice(route)).toEqual({ url: us, tookMs: 8 });
    expect(route.figures).toMatchObject({ nodeId: 'us1', region: 'us', how: 'near', rttMs: 8, choiceMs: 8 });
    expect(asked).toEqual([`${us}/v1/edges`]);
  });

  test('costs nothing for the next room of the page', async () => {
    const [us = ''] = nodes({ us1: 8, eu1: 90 });
    await choice(new EdgeRoute([us], undefined));
    const next = new EdgeRoute([us], undefined);
    expect(await choice(next)).toEqual({ url: us, tookMs: 0 });
    expect(next.figures.how).toBe('kept');
    expect(asked).toHaveLength(1);
  });

  test('leads to the nearest as soon as that is clear, however long others take', async () => {
    const [us = '', eu = ''] = nodes({ us1: 100, eu1: 20, ap1: 10_000 });
    const route = new EdgeRoute([us], undefined);
    // One question there, two probes here, and a moment for others.
    expect(await choice(route)).toEqual({ url: eu, tookMs: 100 + 40 + 15 });
    expect(route.figures).toMatchObject({ region: 'eu', how: 'probed', rttMs: 20 });
  });

  test('stays where it was asked when no probe is answered in time', async () => {
    const [us = ''] = nodes({ us1: 400, eu1: 900 });
    const route = new EdgeRoute([us], undefined);
    expect(await choice(route)).toEqual({ url: us, tookMs: 400 + 300 });
    expect(route.figures.how).toBe('unmeasured');
  });

  test('stays where it was asked when that knows of no other, or of nothing at all', async () => {
    const [us = ''] = nodes({ us1: 400 });
    expect(await choice(new EdgeRoute([us], undefined))).toEqual({ url: us, tookMs: 400 });
    const nowhere = 'https://nowhere.test';
    network.set(`${nowhere}/v1/edges`, { afterMs: 30 });
    expect(await choice(new EdgeRoute([nowhere], undefined))).toEqual({ url: nowhere, tookMs: 30 });
  });

  test('begins at whichever of several answers first', async () => {
    const [us = '', eu = ''] = nodes({ us1: 4, eu1: 90 });
    const route = new EdgeRoute(['https://dead.test', eu, us], undefined);
    expect((await choice(route)).url).toBe(us);
  });

  test('asks for the region that is wanted', async () => {
    const [us = ''] = nodes({ us1: 8, eu1: 90 });
    await choice(new EdgeRoute([us], 'eu'));
    expect(asked[0]).toBe(`${us}/v1/edges?region=eu`);
  });

  test('goes to where it is sent, and back to no node that sent it away', () => {
    const route = new EdgeRoute(['https://us1.test'], undefined);
    route.redirected('https://us1.test', [edge('us2'), edge('eu1')]);
    expect(route.toTry().at(-1)).toBe('https://us1.test');
    route.joined(
      'https://us2.test',
      { nodeId: 'us2', region: 'us' },
      { self: 'us2' as never, edges: [], regions: [] },
      'redirected',
    );
    expect(route.figures).toMatchObject({ nodeId: 'us2', region: 'us', how: 'redirected' });
    route.heard({ self: 'us2' as never, edges: [edge('us2'), edge('us3')], regions: [] });
    expect(route.toTry()).toEqual(['https://us2.test', 'https://us3.test', 'https://us1.test']);
  });
});
