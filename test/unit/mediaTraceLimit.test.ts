import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { limitTraces } from '../../server/media/traceLimit.ts';

/** A producer that tells of keyframes `perSecond` times a second, from 0 on, as long as it is to. */
function tracedFor(seconds: number, perSecond: number): { told: number; exceeded: number } {
  const producer = Object.assign(new EventEmitter(), {
    traced: true,
    enableTraceEvent(types: string[]) {
      this.traced = types.length > 0;
      return Promise.resolve();
    },
  });
  const result = { told: 0, exceeded: 0 };
  limitTraces(producer as never, () => result.exceeded++);
  producer.on('trace', () => result.told++);
  for (let index = 0; index < seconds * perSecond && producer.traced; index++) {
    producer.emit('trace', { timestamp: (index * 1000) / perSecond });
  }
  return result;
}

test('traces go on for as long as they are keyframes of a camera', () => {
  expect(tracedFor(20, 100)).toEqual({ told: 2000, exceeded: 0 });
});

test('a flood of them is turned off where it comes from, and said once', () => {
  expect(tracedFor(20, 5000)).toEqual({ told: 501, exceeded: 1 });
});
