import type { Kind } from './settingKinds.ts';

/** What the machine and chance contribute to defaults; injected, so that loading stays a pure function. */
export interface Machine {
  cores: number;
  hostname: string;
  randomText: (bytes: number) => string;
}

type Default =
  string | number | boolean | readonly string[] | ((machine: Machine) => string | number | string[]);

/** One row of the settings table. Flag, environment variable and file key all follow from the row's name. */
export interface Setting<T> {
  group: 'Process' | 'HTTP' | 'Access' | 'Network' | 'Media' | 'Rooms' | 'Limits';
  kind: Kind<T>;
  description: string;
  /** In the form a file would have it; absent where there is none. */
  default?: Default;
  /** Takes the default's place in dev mode. */
  devDefault?: Default;
  /** How `--help` words a default that is computed. */
  defaultText?: string;
  /** Never shown, and also read from the file named by `<NAME>_FILE`. */
  secret?: true;
  /** Says what to do where a value is needed and nobody gave one. */
  missing?: string;
  /** Plain variables that work too, behind `TRIBUTARY_*`. */
  alsoEnvironment?: readonly string[];
}

/** Makes a row; exists so that the compiler checks it and keeps its value's type. */
export function setting<T>(row: Setting<T>): Setting<T> {
  return row;
}
