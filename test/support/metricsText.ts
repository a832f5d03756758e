/** What a node's `/metrics` said at one time. */
export class MetricsText {
  readonly #samples: { name: string; labels: Record<string, string>; value: number }[] = [];

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const parts = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)/i.exec(line);
      if (parts === null) continue;
      const [, name = '', labels = '', value = ''] = parts;
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, key = '', said = '']) => [key, said] as const,
      );
      this.#samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
    }
  }

  /** The sum of all samples of this name that have these labels; 0 where there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }
}
