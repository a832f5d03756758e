import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { observer, workerBin } from 'mediasoup';
import type { types } from 'mediasoup';
import type { Media } from '../../server/media/mediaTypes.ts';
import { findWorkerBin } from '../../tools/worker/workerPath.mjs';
import { startMedia, until } from '../support/mediaRoom.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-hung-'));
const program = join(folder, 'worker');
/** While this file is there, the next worker to start hangs, and takes it away. */
const order = `${program}.hang`;
writeFileSync(
  program,
  `#!/bin/sh
rm '${order}' 2>/dev/null && exec sleep 600
exec '${findWorkerBin() ?? workerBin}' "$@"
`,
  { mode: 0o755 },
);

describe('a worker that hangs', () => {
  let media: Media | undefined;
  afterEach(async () => {
    observer.removeAllListeners('newworker');
    await media?.close();
  });
  const runs = (): boolean => media!.workers().length === 1;
  const isGone = (pid: number): boolean => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  };
  async function replaceWorker(): Promise<void> {
    process.kill(media!.workers()[0]!.pid, 'SIGKILL');
    await until('the dead one is noticed', () => !runs());
  }

  test('does not keep the node from ending', async () => {
    media = await startMedia({ workerEndMs: 50 });
    const [{ pid } = { pid: 0 }] = media.workers();
    process.kill(pid, 'SIGSTOP');
    await media.close();
    expect(isGone(pid)).toBe(true);
  });

  test('before it answers at all is ended, and another one started', async () => {
    media = await startMedia({ workerBin: program, workerStartMs: 1500, spareWorker: false });
    writeFileSync(order, '');
    await replaceWorker();
    await until('another worker runs', runs);
    expect(existsSync(order)).toBe(false);
  });

  test('before its port is open is ended, and another one started', async () => {
    media = await startMedia({ workerStartMs: 1500, spareWorker: false });
    const hung: number[] = [];
    observer.once('newworker', ({ pid }: types.Worker) => {
      hung.push(pid);
      process.kill(pid, 'SIGSTOP');
    });
    await replaceWorker();
    await until('another worker runs', runs);
    expect(hung.map(isGone)).toEqual([true]);
  });

  test('as it starts does not keep the node from ending either', async () => {
    media = await startMedia({ workerBin: program, workerEndMs: 50, spareWorker: false });
    writeFileSync(order, '');
    await replaceWorker();
    await until('the next one hangs', () => !existsSync(order));
    await media.close();
  });

  test('as the spare one does not keep the node from ending either', async () => {
    let started = 0;
    observer.on('newworker', () => started++);
    media = await startMedia({ workerBin: program, workerEndMs: 50, spareDelayMs: 10 });
    await until('a spare one runs', () => started === 2);
    writeFileSync(order, '');
    process.kill(media.workers()[0]!.pid, 'SIGKILL');
    await until('the next spare one hangs', () => !existsSync(order));
    await media.close();
  });

  test('ends the start of a node, which says so', async () => {
    writeFileSync(order, '');
    media = undefined;
    await expect(startMedia({ workerBin: program, workerStartMs: 200 })).rejects.toThrow('SIGKILL');
    rmSync(folder, { recursive: true });
  });
});
