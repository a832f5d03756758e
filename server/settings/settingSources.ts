import { parseArgs } from 'node:util';
import { rowOf, settingNames } from './settingsTable.ts';
import type { SettingName } from './settingsTable.ts';
import { configFlag, configVariable, flagOf, flags, hint, variableOf, variables } from './settingSpelling.ts';
import type { SettingTarget } from './settingSpelling.ts';

/** A value as somebody gave it, not yet checked, and where. */
export interface Given {
  value: unknown;
  /** E.g. `flag --port`, `environment TRIBUTARY_PORT`, `file /etc/tributary.json`. */
  source: string;
}

/** What one source says, and what is wrong with it. */
export interface SourceReading {
  given: Map<SettingName, Given>;
  problems: string[];
}

export type ReadFile = (path: string) => string;
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line asks for. */
export interface CommandLine extends SourceReading {
  action: 'run' | 'help' | 'print-config';
  configPath: string | undefined;
}

const actions = ['help', 'print-config'] as const;
const actionOf = (flag: string): (typeof actions)[number] | undefined =>
  actions.find((action) => action === flag);

/** Reads the command line: `--name value`, `--name=value`, and `--name` or `--no-name` for what is on or off. */
export function readFlags(argv: readonly string[], readFile: ReadFile): CommandLine {
  const reading: CommandLine = { given: new Map(), problems: [], action: 'run', configPath: undefined };
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      'print-config': { type: 'boolean' },
      [configFlag]: { type: 'string' },
      ...Object.fromEntries(
        [...flags].map(([flag, { name }]) => [flag, { type: isSwitch(name) ? 'boolean' : 'string' }]),
      ),
    },
  });
  for (const token of tokens) {
    if (token.kind === 'positional') reading.problems.push(`unexpected argument "${token.value}"`);
    if (token.kind === 'option') readFlag(reading, token, readFile);
  }
  return reading;
}

function isSwitch(name: SettingName): boolean {
  return rowOf(name).kind.isSwitch ?? false;
}

function readFlag(
  reading: CommandLine,
  token: { name: string; value?: string | undefined },
  readFile: ReadFile,
): void {
  const { problems } = reading;
  const negated = token.name.startsWith('no-') && !flags.has(token.name);
  const flag = negated ? token.name.slice(3) : token.name;
  const action = actionOf(flag);
  const target = flags.get(flag);
  if (action !== undefined && !negated) {
    if (reading.action !== 'help') reading.action = action;
  } else if (flag === configFlag && !negated) {
    if (token.value) reading.configPath = token.value;
    else problems.push(`flag --${configFlag} needs a path`);
  } else if (target === undefined || (negated && !isSwitch(target.name))) {
    problems.push(
      `unknown flag --${token.name}${hint(token.name, [...flags.keys(), configFlag, ...actions])}`,
    );
  } else if (token.value === undefined && !isSwitch(target.name)) {
    problems.push(`flag --${flag} needs a value`);
  } else {
    const text = token.value ?? (negated ? 'false' : 'true');
    give(reading, target, text, `flag --${flag}`, readFile);
  }
}

/** Reads `TRIBUTARY_*` and the few plain variables; an empty one counts as not there. */
export function readEnvironment(
  env: Environment,
  readFile: ReadFile,
): SourceReading & { configPath: string | undefined } {
  const reading: SourceReading = { given: new Map(), problems: [] };
  for (const name of settingNames) {
    for (const variable of rowOf(name).alsoEnvironment ?? []) {
      const text = env[variable];
      if (text) give(reading, { name, file: false }, text, `environment ${variable}`, readFile);
    }
  }
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('TRIBUTARY_') || !text || variable === configVariable) continue;
    const target = variables.get(variable);
    if (target !== undefined) give(reading, target, text, `environment ${variable}`, readFile);
    else
      reading.problems.push(
        `unknown variable ${variable}${hint(variable, [...variables.keys(), configVariable])}`,
      );
  }
  for (const name of settingNames) {
    const [plain, file] = [variableOf(name), `${variableOf(name)}_FILE`];
    if (rowOf(name).secret && env[plain] && env[file])
      reading.problems.push(`set ${plain} or ${file}, not both`);
  }
  return { ...reading, configPath: env[configVariable] || undefined };
}

/** Reads the JSON file of settings: one object, keys as in the table. */
export function readConfigFile(path: string | undefined, readFile: ReadFile): SourceReading {
  const reading: SourceReading = { given: new Map(), problems: [] };
  if (path === undefined) return reading;
  let content: unknown;
  try {
    content = JSON.parse(readFile(path));
  } catch (error) {
    reading.problems.push(`cannot read the settings file ${path}: ${reasonOf(error)}`);
    return reading;
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    reading.problems.push(`the settings file ${path} must hold one JSON object`);
    return reading;
  }
  for (const [key, value] of Object.entries(content)) {
    const name = settingNames.find((known) => known === key);
    if (name !== undefined) reading.given.set(name, { value, source: `file ${path}` });
    else reading.problems.push(`unknown key "${key}" in ${path}${hint(key, settingNames)}`);
  }
  return reading;
}

function give(
  reading: SourceReading,
  target: SettingTarget,
  text: string,
  source: string,
  readFile: ReadFile,
): void {
  const { fromText } = rowOf(target.name).kind;
  if (!target.file) {
    reading.given.set(target.name, { value: fromText(text), source });
    return;
  }
  try {
    reading.given.set(target.name, { value: fromText(readFile(text).trim()), source });
  } catch (error) {
    reading.problems.push(`${source}: cannot read ${text}: ${reasonOf(error)}`);
  }
}

/** A JSON syntax error quotes the file, which may hold a secret; only its kind is told. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not valid JSON';
  return error instanceof Error ? error.message : String(error);
}

/** How to give a value, for messages: `--token-secret-file, TRIBUTARY_TOKEN_SECRET or TRIBUTARY_TOKEN_SECRET_FILE`. */
export function waysToGive(name: SettingName): string {
  const flag = flagOf(name);
  const variable = variableOf(name);
  return rowOf(name).secret
    ? `${variable}, or put it in a file and name that by ${variable}_FILE or --${flag}-file`
    : `${variable} or --${flag}`;
}
