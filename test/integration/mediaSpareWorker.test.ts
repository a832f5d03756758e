import { afterEach, test } from '@jest/globals';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Media } from '../../server/media/mediaTypes.ts';
import { startMedia, until } from '../support/mediaRoom.ts';

let media: Media | undefined;
afterEach(async () => {
  observer.removeAllListeners('newworker');
  await media?.close();
});

test('the place of a dead worker is taken by one that runs already, and the next is kept ready', async () => {
  const started: number[] = [];
  observer.on('newworker', ({ pid }: types.Worker) => started.push(pid));
  const node = await startMedia({ spareDelayMs: 10 });
  media = node;
  await until('a spare one runs', () => started.length === 2);
  const [first = 0, spare] = started;
  process.kill(first, 'SIGKILL');
  await until('it took the place', () => node.workers().some(({ pid }) => pid === spare));
  await until('another spare one runs', () => started.length === 3);
});
