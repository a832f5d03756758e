import { expect, test } from '@jest/globals';
import { soak } from '../support/soak.ts';
import { tell } from '../support/wanFigures.ts';

const seed = Number(process.env.FUZZ_SEED ?? 1);

test('a cluster that loses nodes, workers, roads and Redis at random heals, and keeps nothing afterwards', async () => {
  tell(`soak with FUZZ_SEED=${seed}`);
  expect(await soak({ durationMs: 40_000, seed, tell })).toEqual([]);
}, 240_000);
