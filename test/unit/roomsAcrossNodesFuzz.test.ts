import { test } from '@jest/globals';
import { RoomLife } from '../support/roomLife.ts';

const firstSeed = process.env.FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED);
const lives = 15;

test('a room at several nodes comes to one state, whatever the wire loses and whichever home dies', async () => {
  for (let seed = firstSeed; seed < firstSeed + lives; seed += 1) {
    const life = new RoomLife(seed);
    try {
      await life.play(150);
      life.check();
    } catch (error) {
      const broken = error instanceof Error ? error.message : String(error);
      throw new Error(`${broken}; repeat with FUZZ_SEED=${seed}`, { cause: error });
    } finally {
      life.network.close();
    }
  }
});
