import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(dist|node_modules)\//.test(file));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
  return [...text.matchAll(pattern)].map(([, type, specifier = '']) => ({
    from: file,
    to: specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
    typeOnly: type !== undefined,
  }));
}

const files = ['protocol', 'server', 'client', 'client-demo', 'loadtest'].flatMap(sourcesBelow);
const imports = files.flatMap(importsOf);

/** The part a file belongs to: `server/rooms`, `protocol`, … */
function partOf(file: string): string {
  const [first = '', second = '', ...rest] = file.split('/');
  if (first !== 'server') return first;
  return rest.length === 0 ? 'server' : `server/${second}`;
}

const isOurs = (target: string) => /^(protocol|server|client|client-demo|loadtest|tools)\//.test(target);

/** For each part, the parts it may import; a `type` entry allows types alone, from the one file that is the seam. */
const mayImport: Record<string, (edge: Import) => boolean> = {
  protocol: (edge) => edge.to === 'zod' || partOf(edge.to) === 'protocol',
  'server/rooms': (edge) => ['protocol', 'server/rooms'].includes(partOf(edge.to)),
  'server/layers': (edge) => ['protocol', 'server/layers'].includes(partOf(edge.to)),
  'server/media': (edge) =>
    !isOurs(edge.to) || ['protocol', 'server/layers', 'server/media'].includes(partOf(edge.to)),
  'server/cascade': (edge) =>
    !isOurs(edge.to) || ['protocol', 'server/layers', 'server/cascade'].includes(partOf(edge.to)),
  'server/access': (edge) => !isOurs(edge.to) || ['protocol', 'server/access'].includes(partOf(edge.to)),
  'server/rates': (edge) => partOf(edge.to) === 'server/rates',
  'server/settings': (edge) => !isOurs(edge.to) || ['protocol', 'server/settings'].includes(partOf(edge.to)),
  'server/observability': (edge) =>
    !isOurs(edge.to) ||
    ['protocol', 'server/observability'].includes(partOf(edge.to)) ||
    (edge.typeOnly && ['server/media/mediaTypes.ts', 'server/cascade/cascadePorts.ts'].includes(edge.to)),
  'server/cluster': (edge) =>
    !isOurs(edge.to) ||
    ['protocol', 'server/rates', 'server/cluster'].includes(partOf(edge.to)) ||
    (edge.typeOnly && edge.to === 'server/rooms/clock.ts'),
  'server/api': (edge) =>
    !isOurs(edge.to) ||
    ['protocol', 'server/api'].includes(partOf(edge.to)) ||
    (edge.typeOnly && ['server/access', 'server/observability'].includes(partOf(edge.to))),
  'server/signalling': (edge) =>
    !isOurs(edge.to) ||
    ['protocol', 'server/rates', 'server/signalling'].includes(partOf(edge.to)) ||
    (edge.typeOnly && (partOf(edge.to) === 'server/rooms' || edge.to === 'server/media/mediaTypes.ts')),
  server: () => true,
  client: (edge) => !isOurs(edge.to) || ['protocol', 'client'].includes(partOf(edge.to)),
  'client-demo': (edge) => !isOurs(edge.to) || ['client', 'client-demo'].includes(partOf(edge.to)),
  loadtest: () => true,
};

describe('architecture', () => {
  test('every file belongs to a part whose arrows are written down', () => {
    expect(files.length).toBeGreaterThan(20);
    expect([...new Set(files.map(partOf))].filter((part) => !(part in mayImport))).toEqual([]);
  });

  test('no arrow points sideways or upwards', () => {
    const wrong = imports.filter((edge) => !mayImport[partOf(edge.from)]?.(edge));
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('rooms stay pure: no library, no Node module', () => {
    const foreign = imports.filter(({ from, to }) => from.startsWith('server/rooms/') && !isOurs(to));
    expect(foreign.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('what the cascade decides stays pure: no library, no Node module', () => {
    const decisions = [
      ...['congestion', 'gatewayChoice', 'linkSuspicion', 'loadSteps', 'networkView', 'pathCheck'],
      ...[
        'regionCosts',
        'regionLoss',
        'regionRoute',
        'regionTree',
        'rendezvous',
        'roomPlan',
        'upstreamChoice',
        'wantedFeeds',
      ],
    ].map((name) => `server/cascade/${name}.ts`);
    expect(decisions.filter((file) => !files.includes(file))).toEqual([]);
    const foreign = imports.filter(({ from, to }) => decisions.includes(from) && !isOurs(to));
    expect(foreign.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  test('the browser never loads the schema library', () => {
    const valueImports = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) {
      if (!typeOnly) valueImports.set(from, [...(valueImports.get(from) ?? []), to]);
    }
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      valueImports.get(file)?.forEach(visit);
    };
    files.filter((file) => file.startsWith('client/')).forEach(visit);
    expect(reached).not.toContain('zod');
  });

  test('there is no import cycle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, typeOnly } of imports) {
      if (!typeOnly && isOurs(to)) next.set(from, [...(next.get(from) ?? []), to]);
    }
    const cycles: string[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, path: string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of next.get(file) ?? []) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
