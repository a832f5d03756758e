import { rowOf, settingNames } from './settingsTable.ts';
import type { SettingName } from './settingsTable.ts';

/** Names the file of settings itself, which is no setting. */
export const configFlag = 'config';
export const configVariable = 'TRIBUTARY_CONFIG';

const words = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());

/** `hostGraceMs` -> `host-grace-ms`. */
export function flagOf(name: SettingName): string {
  return words(name).join('-');
}

/** `hostGraceMs` -> `TRIBUTARY_HOST_GRACE_MS`. */
export function variableOf(name: SettingName): string {
  return `TRIBUTARY_${words(name).join('_').toUpperCase()}`;
}

/** What a flag or variable sets; with `file` it names a file that holds the secret. */
export interface SettingTarget {
  name: SettingName;
  file: boolean;
}

function targets(
  spell: (name: SettingName) => string,
  fileSuffix: string,
): ReadonlyMap<string, SettingTarget> {
  const all = new Map<string, SettingTarget>();
  for (const name of settingNames) {
    all.set(spell(name), { name, file: false });
    if (rowOf(name).secret) all.set(spell(name) + fileSuffix, { name, file: true });
  }
  return all;
}

/** Every flag, without its dashes. */
export const flags = targets(flagOf, '-file');
/** Every `TRIBUTARY_*` variable. */
export const variables = targets(variableOf, '_FILE');

/** The known name most like `written`, worded as a question; empty where none is near. */
export function hint(written: string, known: Iterable<string>): string {
  let best = '';
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best === '' ? '' : `; did you mean ${best}?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
