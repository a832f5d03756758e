import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { contradictions } from './contradictions.ts';
import { addDevDefaults } from './devDefaults.ts';
import type { Machine, Setting } from './setting.ts';
import { readConfigFile, readEnvironment, readFlags, waysToGive } from './settingSources.ts';
import type { CommandLine, Environment, Given, ReadFile } from './settingSources.ts';
import { rowOf, settingNames } from './settingsTable.ts';
import type { SettingName, Settings } from './settingsTable.ts';

export interface LoadInput {
  /** The command line without the program's own name. */
  argv: readonly string[];
  env: Environment;
  readFile: ReadFile;
  machine?: Machine;
}

/** Every setting as given, before its schema, with where it came from; for showing. */
export type GivenSettings = ReadonlyMap<SettingName, Given>;

export type LoadResult =
  | { ok: true; action: CommandLine['action']; settings: Settings; given: GivenSettings }
  | { ok: false; action: CommandLine['action']; problems: string[] };

const thisMachine: Machine = {
  cores: availableParallelism(),
  hostname: hostname(),
  randomText: (bytes) => randomBytes(bytes).toString('base64url'),
};

/** Puts the settings together: flag before environment before file before default, all problems told at once. */
export function loadSettings({ argv, env, readFile, machine = thisMachine }: LoadInput): LoadResult {
  const commandLine = readFlags(argv, readFile);
  const environment = readEnvironment(env, readFile);
  const file = readConfigFile(commandLine.configPath ?? environment.configPath, readFile);
  const problems = [...commandLine.problems, ...environment.problems, ...file.problems];
  const given = new Map<SettingName, Given>([...file.given, ...environment.given, ...commandLine.given]);

  const dev = rowOf('dev').kind.schema.safeParse(given.get('dev')?.value).data === true;
  if (dev) addDevDefaults(given);
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of settingNames) {
    if (!given.has(name)) addDefault(given, name, dev, machine);
    const checked = check(name, given.get(name));
    if (checked.ok) values[name] = checked.value;
    else problems.push(checked.problem);
  }
  // Each row's schema made its value, so the record has every right name with its type.
  problems.push(...contradictions(values as Partial<Settings>, given, readFile));
  const { action } = commandLine;
  if (problems.length > 0) return { ok: false, action, problems };
  return { ok: true, action, settings: values as unknown as Settings, given };
}

function addDefault(given: Map<SettingName, Given>, name: SettingName, dev: boolean, machine: Machine): void {
  const row = rowOf(name);
  const forDev = dev && row.devDefault !== undefined;
  const chosen = forDev ? row.devDefault : row.default;
  if (chosen === undefined) return;
  const value = typeof chosen === 'function' ? chosen(machine) : chosen;
  given.set(name, { value, source: forDev ? 'default of dev mode' : 'default' });
}

function check(
  name: SettingName,
  given: Given | undefined,
): { ok: true; value: unknown } | { ok: false; problem: string } {
  const row: Setting<unknown> = rowOf(name);
  const parsed = row.kind.schema.safeParse(given?.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  if (given === undefined) {
    const how = row.missing === undefined ? '' : `: ${row.missing}`;
    return { ok: false, problem: `${name} is missing${how}; set ${waysToGive(name)}` };
  }
  const got = row.secret ? '' : `, got ${JSON.stringify(given.value)}`;
  return { ok: false, problem: `${name} (${given.source}): expected ${row.kind.form}${got}` };
}
