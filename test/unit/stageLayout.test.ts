import { describe, expect, test } from '@jest/globals';
import { stageLayout } from '../../client-demo/stage/stageLayout.ts';
import type { Rect, StageInput } from '../../client-demo/stage/stageLayout.ts';

const containers = [
  { width: 390, height: 844 },
  { width: 844, height: 390 },
  { width: 940, height: 640 },
  { width: 1560, height: 920 },
  { width: 768, height: 1024 },
  { width: 320, height: 320 },
  { width: 2560, height: 700 },
];
const everyStage: StageInput[] = containers.flatMap((container) =>
  (['grid', 'speaker'] as const).flatMap((mode) =>
    [0, 1, 2, 3].flatMap((screens) =>
      Array.from({ length: 10 }, (_, people) => ({
        ...container,
        mode,
        screens,
        people,
        speaker: Math.max(0, people - 2),
        gap: 8,
      })),
    ),
  ),
);
const all = (input: StageInput): Rect[] => {
  const { people, screens } = stageLayout(input);
  return [...people, ...screens];
};
const slack = 0.01;
const overlap = (a: Rect, b: Rect) =>
  Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > slack &&
  Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > slack;
const isInside = (rect: Rect, { width, height }: StageInput) =>
  rect.width > 20 &&
  rect.height > 20 &&
  rect.x >= -slack &&
  rect.y >= -slack &&
  rect.x + rect.width <= width + slack &&
  rect.y + rect.height <= height + slack;
const grid = (people: number, width: number, height: number): Rect[] =>
  stageLayout({ people, screens: 0, width, height, mode: 'grid', speaker: 0, gap: 8 }).people;
const distinct = (values: number[]) => new Set(values.map((value) => Math.round(value))).size;

describe('the stage layout', () => {
  test('places every tile, inside the container, with a size', () => {
    const wrong = everyStage.filter((input) => {
      const rects = all(input);
      return rects.length !== input.people + input.screens || !rects.every((rect) => isInside(rect, input));
    });
    expect(wrong).toEqual([]);
  });

  test('never lays one tile over another', () => {
    const wrong = everyStage.filter((input) => {
      const rects = all(input);
      return rects.some((rect, index) => rects.slice(index + 1).some((other) => overlap(rect, other)));
    });
    expect(wrong).toEqual([]);
  });

  test('fills an upright phone with one person, and halves it for two', () => {
    expect(grid(1, 390, 844)).toEqual([{ x: 0, y: 0, width: 390, height: 844 }]);
    const [upper, lower] = grid(2, 390, 844);
    expect(upper).toMatchObject({ width: 390, height: 418 });
    expect(lower).toMatchObject({ y: 426, width: 390, height: 418 });
  });

  test('shows a large speaker and a strip on a phone with more than four', () => {
    const [speaker, ...others] = grid(7, 390, 844);
    for (const other of others) {
      expect(other.width * other.height).toBeLessThan((speaker?.width ?? 0) * (speaker?.height ?? 0) * 0.2);
    }
  });

  test.each([
    [2, 2, 1],
    [4, 2, 2],
    [6, 3, 2],
    [8, 4, 2],
    [9, 3, 3],
  ])('lays %i people out in %i columns and %i rows on a desktop', (people, columns, rows) => {
    const rects = grid(people, 1280, 720);
    expect(distinct(rects.map((rect) => rect.x))).toBe(columns);
    expect(distinct(rects.map((rect) => rect.y))).toBe(rows);
  });

  test('gives three people one large tile and two that are together as high', () => {
    const [large, upper, lower] = grid(3, 1280, 720);
    expect(large?.width).toBeGreaterThan((upper?.width ?? 0) * 1.9);
    expect((lower?.y ?? 0) + (lower?.height ?? 0)).toBeCloseTo((large?.y ?? 0) + (large?.height ?? 0));
  });

  test('gives a shared screen the main area', () => {
    const { people, screens } = stageLayout({
      people: 3,
      screens: 1,
      width: 1280,
      height: 720,
      mode: 'grid',
      speaker: 0,
      gap: 8,
    });
    const area = (rect: Rect | undefined) => (rect?.width ?? 0) * (rect?.height ?? 0);
    expect(area(screens[0])).toBeGreaterThan(area(people[0]) * 4);
  });

  test('keeps a camera near its own shape on a desktop', () => {
    for (let people = 1; people <= 9; people += 1) {
      for (const rect of grid(people, 1280, 720)) {
        expect(rect.width / rect.height).toBeGreaterThanOrEqual(0.99);
        expect(rect.width / rect.height).toBeLessThanOrEqual(1.8);
      }
    }
  });
});
