import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');

/** What the examples take for granted: their app's own names, and a room where none is entered. */
const appNames = `
import type { FeedId, ParticipantId, TributaryRoom } from 'tributary-client';
declare global {
  const room: TributaryRoom;
  const id: ParticipantId;
  const participantId: ParticipantId;
  const feedId: FeedId;
  const token: string;
  const deviceId: string;
  const rememberedId: string | undefined;
  const stage: HTMLElement;
  const video: HTMLVideoElement;
  function fetchToken(): Promise<string>;
  function fetchTokenFromYourBackend(): Promise<string>;
  function add(name: string, text: string): void;
  function apply(from: string, topic: string, payload: string): void;
  function showBars(level: 'good' | 'fair' | 'poor', sentence: string): void;
  function showBarsOn(participantId: string, level: 'good' | 'fair' | 'poor'): void;
}
`;

function examplesOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
}

/** Compiles these texts as if they were files of an app beside the SDK, and returns what is wrong with them. */
function complaints(files: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    paths: { 'tributary-client': [join(root, 'client/tributary.ts')] },
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}

describe('the examples for app developers', () => {
  const asFiles = (file: string, examples: readonly string[]): [string, string][] => [
    [join(root, 'appNames.ts'), appNames],
    ...examples.map((code, index): [string, string] => [join(root, `${file}.example${index + 1}.ts`), code]),
  ];

  test('compile as they stand', () => {
    const sdk = examplesOf('client/README.md');
    const tenLines = examplesOf('README.md');
    expect([sdk.length, tenLines.length]).toEqual([9, 1]);
    const files = [...asFiles('client/README.md', sdk), ...asFiles('README.md', tenLines)];
    expect(complaints(new Map(files))).toEqual([]);
  });

  test('are looked at: one that is wrong is told', () => {
    const wrong = asFiles('wrong', ["await room.sendChat('Hello', 'world');"]);
    expect(complaints(new Map(wrong))).toEqual([expect.stringMatching(/Expected 1 arguments, but got 2/)]);
  });
});
