import { expect, test } from '@jest/globals';
import { Connection } from '../../server/signalling/connection.ts';
import type { ServerSocket } from '../../server/signalling/connection.ts';

test('a page that leaves its offers unanswered is cut, one that answers never', async () => {
  const offered: (() => void)[] = [];
  const socket = {
    connected: false,
    emit: (...[, , ready]: [string, object, () => void]) => offered.push(ready),
  };
  let cuts = 0;
  const connection = new Connection({
    socket: socket as unknown as ServerSocket,
    joinDeadlineMs: 1000,
    rates: undefined as never,
    cutUnanswered: () => (cuts += 1),
  });
  let ready = 0;
  const offer = () => {
    connection.offerConsumers([], () => (ready += 1));
  };
  for (let n = 0; n < 1000; n += 1) {
    offer();
    offered.pop()?.();
  }
  expect(ready).toBe(1000);
  for (let n = 0; n < 200; n += 1) offer();
  await new Promise((resolve) => setImmediate(resolve));
  expect(cuts).toBe(0);
  offer();
  await new Promise((resolve) => setImmediate(resolve));
  expect([cuts, offered.length]).toEqual([1, 200]);
});
