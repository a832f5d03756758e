import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchBrowser } from './benchTabs.ts';
import { readBenchOptions, usage } from './benchOptions.ts';
import type { BenchOptions, Part } from './benchOptions.ts';
import { measurePart } from './benchParts.ts';
import type { PartContext } from './benchParts.ts';
import { fullPlan, quickPlan } from './benchPlan.ts';
import { figuresTable } from './figures.ts';
import type { Figure } from './figures.ts';
import { describeMachine } from './machine.ts';
import type { Machine } from './machine.ts';
import { OtherPrograms } from './otherPrograms.ts';
import { servePage } from './pageServer.ts';
import { endServers } from './systems.ts';

async function run(options: BenchOptions): Promise<void> {
  const startedAt = new Date();
  const plan = options.quick ? quickPlan : fullPlan;
  const ceiling = setTimeout(() => {
    console.error(`The benchmark was given up after ${plan.ceilingMs / 60_000} minutes.`);
    process.exit(1);
  }, plan.ceilingMs);
  const page = await servePage();
  const withBrowser: PartContext['withBrowser'] = async (use) => {
    const browser = await BenchBrowser.launch(page.origin);
    try {
      return await use(browser);
    } finally {
      await browser.close();
    }
  };
  const progress = (text: string): void => {
    console.error(`${Math.round((Date.now() - startedAt.getTime()) / 1000)} s  ${text}`);
  };
  const machine = describeMachine(await withBrowser((browser) => browser.version()));
  const figures: Figure[] = [];
  const measured: Record<string, unknown> = {};
  const otherCores: Partial<Record<Part, number>> = {};
  for (const part of options.only) {
    const others = new OtherPrograms();
    const result = await measurePart[part]({ plan, trace: options.trace, withBrowser, progress });
    others.close();
    figures.push(...result.figures);
    measured[part] = result.measured;
    otherCores[part] = others.cores;
  }
  page.close();
  clearTimeout(ceiling);

  const file = writeJson(startedAt, {
    startedAt: startedAt.toISOString(),
    machine,
    otherCores,
    figures,
    measured,
  });
  console.log(`${machineText(machine, otherCores)}\n\n${figuresTable(figures)}\n`);
  console.log(
    `${Math.round((Date.now() - startedAt.getTime()) / 1000)} seconds; everything measured is in ${file}`,
  );
}

function machineText(machine: Machine, otherCores: Partial<Record<Part, number>>): string {
  const busy = Object.entries(otherCores).map(([part, cores]) => `${part} ${cores.toFixed(2)}`);
  return [
    `Measured with \`${machine.command}\` at commit ${machine.commit}, on ${machine.cores} cores of ${machine.cpu}`,
    `with ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, ${machine.chromium}, mediasoup`,
    `${machine.mediasoup}, mediasoup-client ${machine.mediasoupClient}.`,
    `Cores that other programs kept busy meanwhile: ${busy.join(', ')}.`,
  ].join('\n');
}

function writeJson(startedAt: Date, result: unknown): string {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${startedAt.toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

function optionsOrExit(): BenchOptions {
  try {
    return readBenchOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(1);
  }
}

// Whatever ends the benchmark, nothing it started outlives it; puppeteer sees to its browsers by itself.
process.once('exit', endServers);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await run(optionsOrExit());
