import { describe, expect, test } from '@jest/globals';
import { nextToMove } from '../../server/drainSchedule.ts';

const viewer = (id: string, toldAtMs?: number) => ({ id, onStage: false, toldAtMs });
const host = (id: string, toldAtMs?: number) => ({ id, onStage: true, toldAtMs });
const names = (guests: readonly { id: string }[]) => guests.map(({ id }) => id);

describe('who is told to go to another node', () => {
  test('is the audience first, a few at a time', () => {
    const all = [host('hanna'), viewer('v1'), viewer('v2'), viewer('v3', 900)];
    expect(names(nextToMove(all, 1000, 1))).toEqual(['v1']);
    expect(names(nextToMove(all, 1000, 5))).toEqual(['v1', 'v2']);
  });

  test('is then the stage, one after another, once nobody is on the way', () => {
    expect(names(nextToMove([host('hanna'), host('carl'), viewer('v1', 900)], 1000, 5))).toEqual([]);
    expect(names(nextToMove([host('hanna'), host('carl')], 1000, 5))).toEqual(['hanna']);
    expect(names(nextToMove([host('hanna', 900), host('carl')], 1000, 5))).toEqual([]);
  });

  test('who does not go is told again, after the others, and holds nobody up', () => {
    expect(names(nextToMove([viewer('deaf', 1000), viewer('late')], 9500, 1))).toEqual(['late']);
    expect(names(nextToMove([viewer('deaf', 1000)], 9500, 1))).toEqual(['deaf']);
    expect(names(nextToMove([host('deaf', 1000), host('carl')], 9500, 1))).toEqual(['carl']);
  });
});
