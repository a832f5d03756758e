const firstSeed = process.env.FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED);

/** Plays as many cases, each from a seed of its own; what breaks is told with the seed that repeats it. */
export function forSeeds(cases: number, play: (seed: number) => void): void {
  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    try {
      play(seed);
    } catch (error) {
      const broken = error instanceof Error ? error.message : String(error);
      throw new Error(`${broken}; repeat with FUZZ_SEED=${seed}`, { cause: error });
    }
  }
}
