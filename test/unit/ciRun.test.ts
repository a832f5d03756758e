import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let checkout = '';
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'ci-run-test-'));
  mkdirSync(join(checkout, '.ci'));
  mkdirSync(join(checkout, 'bin'));
  copyFileSync(fileURLToPath(new URL('../../.ci/run', import.meta.url)), join(checkout, '.ci/run'));
});
afterEach(() => {
  rmSync(checkout, { recursive: true });
});

const passing = 'case "$*" in *test) echo "5 passed, 0 failed";; esac';

/** Runs `.ci/run` where these shell lines stand for the programs it calls. */
function runCi(programs: { node?: string; npm?: string; timeout?: string }): {
  code: number | null;
  last: string | undefined;
} {
  for (const [name, lines] of Object.entries({ node: '', npm: passing, ...programs })) {
    writeFileSync(join(checkout, 'bin', name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  }
  const env = { ...process.env, PATH: `${join(checkout, 'bin')}:${process.env.PATH}` };
  const { status, stdout } = spawnSync('bash', [join(checkout, '.ci/run')], { env, encoding: 'utf8' });
  return { code: status, last: stdout.trimEnd().split('\n').at(-1) };
}

test('passes with the sum of the tests', () => {
  expect(runCi({})).toEqual({ code: 0, last: '5 passed, 0 failed' });
});

test('fails with the sum of the tests when one fails', () => {
  const npm = 'case "$*" in *test) echo "4 passed, 1 failed"; exit 1;; esac';
  expect(runCi({ npm })).toEqual({ code: 1, last: '4 passed, 1 failed' });
});

test.each([
  ['set-up', { node: 'echo no packages; exit 3' }],
  ['a check', { npm: 'case "$*" in "run check") echo ugly; exit 2;; esac' }],
  ['the test runner itself', { npm: 'case "$*" in *test) echo oh; exit 1;; esac' }],
  ['the time', { timeout: 'echo "3 passed"; exit 124' }],
])('fails with a sum when %s gives out', (_what, programs) => {
  const { code, last } = runCi(programs);
  expect(code).not.toBe(0);
  expect(last).toBe('0 passed, 1 failed');
});

test('fails when the tests end well without having said so', () => {
  expect(runCi({ npm: '' })).toEqual({ code: 1, last: '0 passed, 1 failed' });
});
