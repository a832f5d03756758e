import { clusterRows } from './clusterRows.ts';
import { mediaRows } from './mediaRows.ts';
import { processRows } from './processRows.ts';
import { roomRows } from './roomRows.ts';
import type { Setting } from './setting.ts';

/**
 * Every setting there is; its row is the only place that knows its name, form, default and meaning. `port` is the flag
 * `--port`, the variable `TRIBUTARY_PORT` and the file key `port`; `hostGraceMs` is `--host-grace-ms` and so on.
 */
export const settingsTable = { ...processRows, ...clusterRows, ...mediaRows, ...roomRows };

export type SettingName = keyof typeof settingsTable;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
/** The whole configuration of one node, checked. */
export type Settings = { readonly [N in SettingName]: ValueOf<(typeof settingsTable)[N]> };

export const settingNames = Object.keys(settingsTable) as SettingName[];

/** A row without its value's type, for code that treats all rows alike. */
export function rowOf(name: SettingName): Setting<unknown> {
  return settingsTable[name];
}
