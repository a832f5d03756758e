export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface StageInput {
  /** People on stage, in the order of their tiles. */
  people: number;
  /** Shared screens; any makes the people step aside into a strip. */
  screens: number;
  width: number;
  height: number;
  /** `speaker`: one large, the others in a strip. */
  mode: 'grid' | 'speaker';
  /** Index of the person shown large where one is. */
  speaker: number;
  gap: number;
}

export interface StageRects {
  people: Rect[];
  screens: Rect[];
}

interface Shape {
  /** Narrowest and widest shape (width / height) a tile may take; its picture is cropped a little to fill it. */
  narrowest: number;
  widest: number;
}

const landscape: Shape = { narrowest: 1.1, widest: 16 / 9 };
/** Two beside each other may be square: a wide stage would else be half empty. */
const pair: Shape = { narrowest: 1, widest: 16 / 9 };
/** On a phone held upright a tile fills its cell, whatever its shape. */
const upright: Shape = { narrowest: 0.4, widest: 16 / 9 };
const stripShape: Shape = { narrowest: 1, widest: 16 / 9 };
const phoneGridLimit = 4;
const phoneStripColumns = 4;

/** Where every tile of the stage stands: inside the container, never one over another. */
export function stageLayout(input: StageInput): StageRects {
  const area: Rect = { x: 0, y: 0, width: Math.max(0, input.width), height: Math.max(0, input.height) };
  const isUpright = input.height > input.width * 1.1;
  if (input.screens > 0) return withScreens(input, area, isUpright);
  if (input.people === 0) return { people: [], screens: [] };
  const wantsSpeaker =
    input.people > 1 && (input.mode === 'speaker' || (isUpright && input.people > phoneGridLimit));
  if (wantsSpeaker) return { people: speakerAndStrip(input, area, isUpright), screens: [] };
  if (isUpright)
    return { people: grid(area, input.people, input.people <= 2 ? 1 : 2, upright, input.gap), screens: [] };
  if (input.people === 3) return { people: oneAndTwo(area, input.gap), screens: [] };
  const shape = input.people === 2 ? pair : landscape;
  return { people: grid(area, input.people, columnsFor(input.people), shape, input.gap), screens: [] };
}

function columnsFor(count: number): number {
  if (count <= 2) return count;
  if (count <= 4) return 2;
  return count <= 6 || count === 9 ? 3 : 4;
}

/** Rows of equal tiles, the block and a short last row both centred; where tiles fill their cells, so does the last row. */
function grid(area: Rect, count: number, columns: number, shape: Shape, gap: number): Rect[] {
  const rows = Math.ceil(count / columns);
  const tile = fit(
    (area.width - gap * (columns - 1)) / columns,
    (area.height - gap * (rows - 1)) / rows,
    shape,
  );
  const top = area.y + (area.height - rows * tile.height - gap * (rows - 1)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = area.x + (area.width - inRow * tile.width - gap * (inRow - 1)) / 2;
    if (shape === upright && inRow < columns) {
      const width = (area.width - gap * (inRow - 1)) / inRow;
      const x = area.x + (index % columns) * (width + gap);
      return { x, y: top + row * (tile.height + gap), width, height: tile.height };
    }
    return {
      x: left + (index % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}

/** One large at the left, two at the right that together are as high. */
function oneAndTwo(area: Rect, gap: number): Rect[] {
  const small = fit((area.width - gap * 2) / 3, (area.height - gap) / 2, landscape);
  const large = { width: small.width * 2 + gap, height: small.height * 2 + gap };
  const x = area.x + (area.width - large.width - gap - small.width) / 2;
  const y = area.y + (area.height - large.height) / 2;
  const right = x + large.width + gap;
  return [
    { x, y, ...large },
    { x: right, y, ...small },
    { x: right, y: y + small.height + gap, ...small },
  ];
}

function speakerAndStrip(input: StageInput, area: Rect, isUpright: boolean): Rect[] {
  const { gap, people } = input;
  const speaker = Math.min(Math.max(0, input.speaker), people - 1);
  const { main, strip } = split(area, people - 1, isUpright, gap);
  const large = grid(main, 1, 1, isUpright ? upright : landscape, gap)[0] ?? main;
  const small = inStrip(strip, people - 1, isUpright, gap);
  return Array.from({ length: people }, (_, index) => {
    if (index === speaker) return large;
    return small[index < speaker ? index : index - 1] ?? large;
  });
}

function withScreens(input: StageInput, area: Rect, isUpright: boolean): StageRects {
  const { gap, people, screens } = input;
  const parts = people === 0 ? { main: area, strip: area } : split(area, people, isUpright, gap);
  const across = isUpright ? 1 : screens;
  const cell = {
    width: (parts.main.width - gap * (across - 1)) / across,
    height: (parts.main.height - gap * (screens / across - 1)) / (screens / across),
  };
  return {
    screens: Array.from({ length: screens }, (_, index) => ({
      x: parts.main.x + (isUpright ? 0 : index * (cell.width + gap)),
      y: parts.main.y + (isUpright ? index * (cell.height + gap) : 0),
      ...cell,
    })),
    people: people === 0 ? [] : inStrip(parts.strip, people, isUpright, gap),
  };
}

/** The large part and the strip: beside it in a wide stage; above it on an upright phone, where chat lies low. */
function split(
  area: Rect,
  inStripCount: number,
  isUpright: boolean,
  gap: number,
): { main: Rect; strip: Rect } {
  if (isUpright) {
    const rows = Math.ceil(inStripCount / phoneStripColumns);
    const columns = Math.min(inStripCount, phoneStripColumns);
    const tileHeight = Math.min(
      (area.width - gap * (columns - 1)) / columns,
      area.height * (rows > 1 ? 0.17 : 0.24),
    );
    const stripHeight = rows * tileHeight + gap * (rows - 1);
    const mainHeight = Math.max(0, area.height - stripHeight - gap);
    return {
      main: { ...area, y: area.y + stripHeight + gap, height: mainHeight },
      strip: { ...area, height: stripHeight },
    };
  }
  const share = Math.min(area.width * 0.22, 280);
  const evenHeight = (area.height - gap * (inStripCount - 1)) / inStripCount;
  const stripWidth = Math.max(0, Math.min(share, evenHeight * stripShape.widest));
  const mainWidth = Math.max(0, area.width - stripWidth - gap);
  return {
    main: { ...area, width: mainWidth },
    strip: { ...area, x: area.x + mainWidth + gap, width: stripWidth },
  };
}

function inStrip(strip: Rect, count: number, isUpright: boolean, gap: number): Rect[] {
  return grid(strip, count, isUpright ? Math.min(count, phoneStripColumns) : 1, stripShape, gap);
}

/** The largest size inside a cell whose shape the tile may have. */
function fit(width: number, height: number, shape: Shape): { width: number; height: number } {
  const cell = { width: Math.max(0, width), height: Math.max(0, height) };
  if (cell.width > cell.height * shape.widest)
    return { width: cell.height * shape.widest, height: cell.height };
  if (cell.width < cell.height * shape.narrowest)
    return { width: cell.width, height: cell.width / shape.narrowest };
  return cell;
}
