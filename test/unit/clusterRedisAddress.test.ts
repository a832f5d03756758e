import { describe, expect, test } from '@jest/globals';
import { parseRedisAddress } from '../../server/cluster/redisAddress.ts';

describe('the address of a Redis', () => {
  test.each([
    ['redis://cache', { type: 'server', host: 'cache', port: 6379, db: 0, tls: false }],
    ['redis://10.0.0.1:7000/3', { type: 'server', host: '10.0.0.1', port: 7000, db: 3, tls: false }],
    [
      'rediss://me:p%40ss@[::1]:7000',
      { type: 'server', host: '::1', port: 7000, db: 0, tls: true, username: 'me', password: 'p@ss' },
    ],
    [
      'redis://:secret@cache',
      { type: 'server', host: 'cache', port: 6379, db: 0, tls: false, password: 'secret' },
    ],
    [
      'redis+sentinel://s1,s2:7000/main/2',
      {
        type: 'sentinel',
        sentinels: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 7000 },
        ],
        master: 'main',
        db: 2,
        tls: false,
      },
    ],
    [
      'rediss+cluster://c1:7000,c2',
      {
        type: 'cluster',
        nodes: [
          { host: 'c1', port: 7000 },
          { host: 'c2', port: 6379 },
        ],
        tls: true,
      },
    ],
  ])('is read from %s', (text, address) => {
    expect(parseRedisAddress(text)).toEqual(address);
  });

  test.each([
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis://cache:0',
    'redis://cache:70000',
    'redis://cache/one',
    'redis://cache/1/2',
    'redis://one,two',
    'redis+sentinel://s1',
    'redis+cluster://c1/1',
    'redis+other://c1',
    'redis://me:p%zz@cache',
  ])('is not %j', (text) => {
    expect(parseRedisAddress(text)).toBeUndefined();
  });
});
