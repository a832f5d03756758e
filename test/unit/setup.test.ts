import { mkdtempSync, rmSync, utimesSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { missingFrom } from '../../tools/setup/debian.mjs';
import { matchesLock } from '../../tools/setup/dependencies.mjs';
import { withLock } from '../../tools/setup/lock.mjs';
import { elapsed, ninjaProgress } from '../../tools/setup/report.mjs';
import { buildPackages } from '../../tools/worker/build.mjs';
import { patched } from '../../tools/worker/patches.mjs';
import { findWorkerBin, platformName, recipeHash, workerKey } from '../../tools/worker/workerPath.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const debian12 = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';

describe('the cached worker', () => {
  test('has a name of its own for each mediasoup release, recipe and platform', () => {
    const platform = platformName(debian12);
    expect(platform).toBe(`${process.platform}-${process.arch}-debian12`);
    expect(workerKey('3.27.1', '0123456789abcdef', platform)).toBe(`3.27.1-0123456789ab-${platform}`);
    expect(workerKey('1', '/../', 'a b')).not.toMatch(/[/ ]/);
  });

  test('is built anew when its recipe changes, not when its prose does', () => {
    mkdirSync(join(folder, 'subprojects'));
    writeFileSync(join(folder, 'subprojects/a.c'), 'one');
    const before = recipeHash(folder);
    writeFileSync(join(folder, 'README.md'), 'words');
    expect(recipeHash(folder)).toBe(before);
    writeFileSync(join(folder, 'subprojects/a.c'), 'two');
    expect(recipeHash(folder)).not.toBe(before);
  });

  test('gives way to the one that MEDIASOUP_WORKER_BIN names', () => {
    expect(findWorkerBin({ MEDIASOUP_WORKER_BIN: '/opt/worker' })).toBe('/opt/worker');
    expect(findWorkerBin({ XDG_CACHE_HOME: folder })).toBeUndefined();
  });
});

describe('the worker build', () => {
  test('reads its progress from what ninja prints', () => {
    expect(ninjaProgress('[12/263] Compiling C++ object a.o')).toEqual({ done: 12, total: 263 });
    expect(ninjaProgress('ninja: no work to do.')).toBeUndefined();
  });

  test('patches a text that stands in its file exactly once, and refuses otherwise', () => {
    const patch = { file: 'a.cpp', find: 'x == 1', replace: 'x & $&' };
    expect(patched('if (x == 1) {}', patch)).toBe('if (x & $&) {}');
    expect(() => patched('if (x == 2) {}', patch)).toThrow('0 times');
    expect(() => patched('x == 1; x == 1', patch)).toThrow('2 times');
  });

  test('asks Debian 12 for the newer of its two boosts', () => {
    expect(buildPackages(debian12)).toContain('libboost1.81-dev');
    expect(buildPackages('VERSION_CODENAME=trixie')).toContain('libboost-dev');
  });
});

describe('set-up', () => {
  test('finds the Debian packages that dpkg does not list as installed', () => {
    const answer = 'meson installed\nlibuv1-dev config-files\n';
    expect(missingFrom(['meson', 'libuv1-dev', 'ninja-build'], answer)).toEqual([
      'libuv1-dev',
      'ninja-build',
    ]);
  });

  test('installs again when a package is missing or of another version, unless it is optional', () => {
    const wanted = { '': {}, a: { version: '1.0.0' }, other: { version: '1.0.0', optional: true } };
    expect(matchesLock(wanted, { a: { version: '1.0.0' } })).toBe(true);
    expect(matchesLock(wanted, { a: { version: '1.0.1' } })).toBe(false);
    expect(matchesLock(wanted, {})).toBe(false);
  });

  test('lets one at a time hold a lock', async () => {
    const order: string[] = [];
    const hold = (name: string) =>
      withLock(
        'a',
        name,
        async () => {
          order.push(`${name} in`);
          await new Promise((resolve) => setTimeout(resolve, 50));
          order.push(`${name} out`);
        },
        folder,
      );
    await Promise.all([hold('first'), hold('second')]);
    expect(order).toEqual(['first in', 'first out', 'second in', 'second out']);
  });

  test('breaks a lock that nobody has touched for a while', async () => {
    const abandoned = join(folder, 'a');
    mkdirSync(abandoned);
    utimesSync(abandoned, 0, 0);
    expect(await withLock('a', 'test', () => Promise.resolve('done'), folder)).toBe('done');
  });

  test('shows time as people say it', () => {
    expect(elapsed(4_400)).toBe('4 s');
    expect(elapsed(365_000)).toBe('6 min 05 s');
  });
});
