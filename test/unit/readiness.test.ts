import { expect, test } from '@jest/globals';
import { notReadyFor } from '../../server/readiness.ts';

const fine = { connections: 3, maxConnections: 10, liveWorkers: 2 };

test('a node that has started and has room and workers is ready', () => {
  expect(notReadyFor('ready', fine)).toEqual([]);
});

test('a node that starts or drains is not, whatever else is true of it', () => {
  expect(notReadyFor('starting', fine)).toEqual(['starting']);
  expect(notReadyFor('draining', { ...fine, liveWorkers: 0 })).toEqual(['draining']);
});

test('a node without room, or without any media worker, says so', () => {
  expect(notReadyFor('ready', { ...fine, connections: 10 })).toEqual(['overloaded']);
  expect(notReadyFor('ready', { ...fine, liveWorkers: 0 })).toEqual(['no-media']);
  expect(notReadyFor('ready', { ...fine, connections: 10, liveWorkers: 0 })).toEqual([
    'overloaded',
    'no-media',
  ]);
});
