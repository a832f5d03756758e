import { afterAll, expect, test } from '@jest/globals';
import { createAdminApi } from '../../server/api/adminApi.ts';
import type { NotReady } from '../../server/api/adminApi.ts';
import { createLog } from '../../server/observability/log.ts';

let reasons: NotReady[] = ['starting'];
let notes: string[] = [];
const app = createAdminApi({
  log: createLog({ logLevel: 'silent', nodeId: 'n1', region: 'local' }),
  notReady: () => reasons,
  drainNode: () => Promise.reject(new Error()),
  notes: () => notes,
  registry: {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    metrics: async () => 'tributary_rooms 0\n',
  },
});
afterAll(() => app.close());

test('a node that starts, drains or is overloaded lives but is not ready', async () => {
  expect((await app.inject('/livez')).statusCode).toBe(200);
  const starting = await app.inject('/readyz');
  expect(starting.statusCode).toBe(503);
  expect(starting.headers['retry-after']).toBe('5');
  expect(starting.json()).toEqual({ status: 'not-ready', reasons: ['starting'] });
  reasons = [];
  expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready' });
  reasons = ['draining', 'overloaded'];
  expect((await app.inject('/readyz')).json()).toMatchObject({ reasons: ['draining', 'overloaded'] });
});

test('what an operator may want to know of a node beside does not make it unready', async () => {
  reasons = [];
  notes = ['store-away'];
  const answer = await app.inject('/readyz');
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: 'ready', notes: ['store-away'] });
});

test('metrics are in the text form, and nothing else is served', async () => {
  const metrics = await app.inject('/metrics');
  expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(metrics.body).toContain('tributary_rooms 0');
  expect((await app.inject('/')).json()).toMatchObject({ code: 'not-found' });
  expect((await app.inject({ method: 'POST', url: '/metrics' })).statusCode).toBe(405);
});
