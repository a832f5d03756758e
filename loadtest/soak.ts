// `npm run soak -- --minutes 3 --seed 7`: a cluster that loses nodes, workers, roads and Redis at random for some minutes.
// Ends with 1 where a picture did not come back, or something of the shows is left over.
import { parseArgs } from 'node:util';
import { soak } from '../test/support/soak.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '3' }, seed: { type: 'string' } },
});
const durationMs = Number(values.minutes) * 60_000;
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
if (!(durationMs > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run soak -- [--minutes 3] [--seed 7]');
  process.exit(2);
}
console.log(`seed ${seed}`);
try {
  const leaks = await soak({ durationMs, seed, tell: console.log });
  for (const leak of leaks) console.error(`left over: ${leak}`);
  console.log(leaks.length === 0 ? 'nothing is left over' : `repeat with --seed ${seed}`);
  process.exitCode = leaks.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error, `\nrepeat with --seed ${seed}`);
  process.exitCode = 1;
}
