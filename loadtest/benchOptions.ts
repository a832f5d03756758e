import { parseArgs } from 'node:util';

export const parts = [
  ...(['ttff', 'joins', 'cpu', 'memory', 'recovery'] as const),
  ...(['plan', 'keyframes', 'hop', 'cascade'] as const),
] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  only: readonly Part[];
  /** A tenth of the time: whether everything works, not what it costs. */
  quick: boolean;
  /** Also tell where the milliseconds to the first frame go. */
  trace: boolean;
}

export const usage = `Usage: npm run bench -- [--only ${parts.join('|')}]... [--quick] [--trace]
  --only    measures this part alone; may be given several times
  --quick   fewer and shorter repetitions, to see that everything works
  --trace   says where the milliseconds to the first frame go`;

/** Reads the command line; throws with a sentence for the person who typed it. */
export function readBenchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((part) => !isPart(part));
  if (unknown !== undefined) throw new Error(`there is no part called ${unknown}`);
  const only = values.only.filter(isPart);
  return { only: only.length === 0 ? parts : only, quick: values.quick, trace: values.trace };
}

function isPart(text: string): text is Part {
  return (parts as readonly string[]).includes(text);
}
