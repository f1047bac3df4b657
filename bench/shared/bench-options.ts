/** Options of every bench, which prints its table with `out` and returns its figures. */
export interface BenchOptions {
  /** Directory of open data; empty for benches that simulate their own. */
  readonly data: string;
  /** Runs the whole bench on a small sample, in seconds; the figures of a quick run are not meaningful. */
  readonly quick?: boolean | undefined;
  readonly out: (line: string) => void;
}

/** At most `max` items, spread evenly over all. */
export const sampleOf = <Item>(items: readonly Item[], max: number): readonly Item[] =>
  items.length <= max
    ? items
    : Array.from({ length: max }, (_, i) => items[Math.floor((i * items.length) / max)]!);
