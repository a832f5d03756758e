/** One line of the report: a figure of both systems, and what is aimed at. */
export interface Figure {
  group: string;
  name: string;
  unit: string;
  tributary?: Measured;
  bare?: Measured;
  /** On Tributary's value. */
  aim?: { atMost: number } | { atLeast: number };
}

/** A value; where it was measured several times, the median and the extremes. */
export interface Measured {
  value: number;
  low?: number;
  high?: number;
}

/** Whether the aim was reached; undefined where there is none. */
export function reached({ aim, tributary }: Figure): boolean | undefined {
  if (!aim || !tributary || Number.isNaN(tributary.value)) return undefined;
  return 'atMost' in aim ? tributary.value <= aim.atMost : tributary.value >= aim.atLeast;
}

/** The whole result as a Markdown table, each group's name in its first line. */
export function figuresTable(figures: readonly Figure[]): string {
  const lines = ['| | figure | Tributary | bare mediasoup | aim |', '|---|---|---:|---:|---|'];
  let group = '';
  for (const figure of figures) {
    const heading = figure.group === group ? '' : `**${figure.group}**`;
    group = figure.group;
    const cells = [
      heading,
      figure.name,
      shown(figure.tributary, figure.unit),
      shown(figure.bare, figure.unit),
      aimOf(figure),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

function shown(measured: Measured | undefined, unit: string): string {
  if (!measured || !Number.isFinite(measured.value)) return '';
  const { value, low, high } = measured;
  const spread = low === undefined || high === undefined ? '' : ` (${rounded(low)} to ${rounded(high)})`;
  return withUnit(rounded(value), unit) + spread;
}

function aimOf(figure: Figure): string {
  const { aim, unit } = figure;
  if (!aim) return '';
  const wanted = withUnit('atMost' in aim ? `≤ ${aim.atMost}` : `≥ ${aim.atLeast}`, unit);
  const verdicts = { true: ': reached', false: ': **missed**', undefined: '' };
  return `${wanted}${verdicts[`${reached(figure)}`]}`;
}

function withUnit(value: string, unit: string): string {
  return unit === '' ? value : `${value} ${unit}`;
}

/** Three digits that mean something, none of them invented. */
function rounded(value: number): string {
  const digits = Math.abs(value) >= 100 || value === 0 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
