import type { Setting } from './setting.ts';
import { configFlag, configVariable, flagOf, variableOf } from './settingSpelling.ts';
import { rowOf, settingNames } from './settingsTable.ts';
import type { SettingName } from './settingsTable.ts';
import type { GivenSettings } from './loadSettings.ts';

const head = `Tributary: a real-time WebRTC media network.

Usage: npm start -- [settings]            development, on this machine
       node server/main.ts [settings]     production

A setting is taken from its flag, else its environment variable, else the file of settings (JSON, keys as in
--print-config), else its default.

  -h, --help                        Show this text.
  --print-config                    Show the settings in force and where each came from, as JSON; secrets are hidden.
  --${configFlag} <path>                   The file of settings. (${configVariable})
`;

/** The text of `--help`. */
export function helpText(): string {
  const groups = [...new Set(settingNames.map((name) => rowOf(name).group))];
  const sections = groups.map((group) => {
    const names = settingNames.filter((name) => rowOf(name).group === group);
    return `${group}\n${names.map(describe).join('\n')}\n`;
  });
  return [head, ...sections].join('\n');
}

function describe(name: SettingName): string {
  const row = rowOf(name);
  const variable = variableOf(name);
  const variables = [variable, ...(row.secret ? [`${variable}_FILE`] : []), ...(row.alsoEnvironment ?? [])];
  const value = row.kind.isSwitch ? '' : ` <${row.kind.placeholder}>`;
  const flag = `--${row.default === true ? '[no-]' : ''}${flagOf(name)}${row.secret ? '[-file]' : ''}${value}`;
  const facts = [...defaultWords(row), variables.join(', ')].join('; ');
  return `  ${flag}\n      ${row.description}\n      (${facts})`;
}

function defaultWords(row: Setting<unknown>): string[] {
  const shown = (value: unknown): string =>
    Array.isArray(value) ? value.join(',') || 'none' : String(value);
  const plain =
    typeof row.default === 'function' || row.default === undefined ? row.defaultText : shown(row.default);
  const dev =
    typeof row.devDefault === 'function' || row.devDefault === undefined ? undefined : shown(row.devDefault);
  return [
    ...(plain === undefined ? [] : [`default: ${plain}`]),
    ...(dev === undefined ? [] : [`in dev mode: ${dev}`]),
  ];
}

/** The JSON of `--print-config`: each setting's value and source, secrets hidden. */
export function printedConfig(given: GivenSettings): string {
  const entries = settingNames.map((name) => {
    const { value, source } = given.get(name) ?? { value: null, source: 'default' };
    return [name, { value: rowOf(name).secret ? '(hidden)' : value, source }];
  });
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}
