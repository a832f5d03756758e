import { describe, expect, test } from '@jest/globals';
import { shutDown } from '../../server/shutdown.ts';

describe('a server that is told to stop', () => {
  const done = () => Promise.resolve();
  const stop = async (parts: { drain?: () => Promise<void>; close?: () => Promise<void> }) => {
    const errors: unknown[] = [];
    const log = { error: (fields: unknown) => errors.push(fields) };
    const code = await shutDown({
      drain: done,
      close: done,
      closeDeadlineMs: 10,
      log: log as never,
      ...parts,
    });
    return { code, errors: errors.map((fields) => (fields as { err: Error }).err.message) };
  };

  test('drains, closes and ends well', async () => {
    const order: string[] = [];
    const note = (what: string) => () => Promise.resolve(void order.push(what));
    expect(await stop({ drain: note('drain'), close: note('close') })).toEqual({ code: 0, errors: [] });
    expect(order).toEqual(['drain', 'close']);
  });

  test.each(['drain', 'close'] as const)('ends where %s fails, and says so', async (part) => {
    const fails = () => Promise.reject(new Error('a part failed'));
    expect(await stop({ [part]: fails })).toEqual({ code: 1, errors: ['a part failed'] });
  });

  test('ends where a part never closes', async () => {
    const never = () => new Promise<void>(() => undefined);
    expect(await stop({ close: never })).toEqual({ code: 1, errors: ['not closed after 10 ms'] });
  });
});
