import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { AudienceReader, pauseMs } from '../../client-demo/state/audienceReader.ts';
import type { Audience } from '../../client-demo/state/audienceReader.ts';
import type { AudienceEntry } from '../../protocol/roomView.ts';

/** A crowd whose pages are given out by hand. */
function crowd(size: number) {
  const asked: [offset: number, limit: number][] = [];
  const answers: (() => void)[] = [];
  const shown: Audience[] = [];
  const reader = new AudienceReader({
    page: (offset, limit) => {
      asked.push([offset, limit]);
      const length = Math.max(0, Math.min(limit, size - offset));
      const entries = Array.from({ length }, (_, index) => ({ id: `v${offset + index}` }) as AudienceEntry);
      return new Promise((resolve) => answers.push(() => resolve({ total: size, entries })));
    },
    show: (audience) => shown.push(audience),
  });
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await jest.advanceTimersByTimeAsync(0);
  };
  return { reader, asked, shown, answer };
}

describe('the list of those who watch', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('is read once at a time, however often the count changes', async () => {
    const { reader, asked, shown, answer } = crowd(3);
    for (let change = 0; change < 20; change += 1) reader.refresh();
    expect(asked).toHaveLength(1);
    await answer();
    expect(shown.at(-1)?.entries).toHaveLength(3);
    expect(asked).toHaveLength(1);
  });

  test('is read again after a pause when something changed meanwhile, and not when nothing did', async () => {
    const { reader, asked, answer } = crowd(3);
    reader.refresh();
    reader.refresh();
    await answer();
    await jest.advanceTimersByTimeAsync(pauseMs - 1);
    expect(asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
    await answer();
    await jest.advanceTimersByTimeAsync(pauseMs * 10);
    expect(asked).toHaveLength(2);
  });

  test('grows by a page of 100 when a person asks, without the pause', async () => {
    const { reader, asked, shown, answer } = crowd(150);
    reader.refresh();
    await answer();
    expect(shown.at(-1)).toMatchObject({ total: 150, entries: { length: 100 } });
    reader.more();
    await answer();
    await answer();
    expect(shown.at(-1)?.entries).toHaveLength(150);
    expect(asked).toEqual([
      [0, 100],
      [0, 100],
      [100, 100],
    ]);
  });

  test('asks for nothing more, and shows nothing, once it is closed', async () => {
    const { reader, asked, shown, answer } = crowd(500);
    reader.more();
    reader.close();
    await answer();
    await jest.advanceTimersByTimeAsync(pauseMs * 2);
    expect(asked).toHaveLength(1);
    expect(shown).toEqual([]);
  });
});
