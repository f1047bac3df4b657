import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CleanSeries } from './simulate-series.ts';

/** Rows used of each series: three weeks of five minutes. */
const ROWS = 6048;
const MIN_ROWS = 2000;
const MIN_DISTINCT = 200;

const read = (file: string): CleanSeries[] => {
  const series = new Map<string, { timestamps: number[]; values: number[] }>();
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1)) {
    const [timestamp, name, value] = line.split(',');
    const known = series.get(name!) ?? { timestamps: [], values: [] };
    series.set(name!, known);
    if (known.values.length < ROWS) {
      known.timestamps.push(Number(timestamp));
      known.values.push(Number(value));
    }
  }
  return [...series].map(([name, { timestamps, values }]) => ({
    name,
    timestamps: Float64Array.from(timestamps),
    values: Float64Array.from(values),
  }));
};

/** Real series that vary enough to inject faults into: `services.csv.gz` and every 5th of the Bitbrains files. */
export const loadFleet = (directory: string): CleanSeries[] => {
  const file = (name: string): string => join(directory, 'fleet', name);
  const usable = ({ values }: CleanSeries): boolean =>
    values.length >= MIN_ROWS && new Set(values).size >= MIN_DISTINCT;
  const of = (name: string): CleanSeries[] => (existsSync(file(name)) ? read(file(name)).filter(usable) : []);
  const machines = ['bitbrains-cpu-percent.csv.gz', 'bitbrains-network-received-kbps.csv.gz'].flatMap(of);
  return [...of('services.csv.gz'), ...machines.filter((_, i) => i % 5 === 0)];
};
