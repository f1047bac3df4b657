import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { RowWindow } from './nab-score.ts';

/** One labelled NAB series. Timestamps in epoch seconds (its clock times taken as UTC). */
export interface NabSeries {
  readonly name: string;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly windows: readonly RowWindow[];
}

const Windows = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

/** Loads the series listed in `DIR/nab/windows.json` from `DIR/nab/data`; throws if a label has no row. */
export const loadNab = (directory: string): NabSeries[] => {
  const root = join(directory, 'nab');
  const labels = Windows.parse(JSON.parse(readFileSync(join(root, 'windows.json'), 'utf8')));
  return Object.entries(labels).map(([name, windows]) => loadSeries(join(root, 'data', name), name, windows));
};

const loadSeries = (
  file: string,
  name: string,
  labels: readonly (readonly [string, string])[],
): NabSeries => {
  const rows = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1);
  const times = rows.map((row) => row.slice(0, row.indexOf(',')));
  const rowOf = (label: string): number => {
    const row = times.indexOf(label.split('.')[0]!);
    if (row < 0) throw new RangeError(`${name}: no row at the labelled time ${label}`);
    return row;
  };
  return {
    name,
    timestamps: Float64Array.from(times, (time) => Date.parse(`${time.replace(' ', 'T')}Z`) / 1000),
    values: Float64Array.from(rows, (row) => Number(row.slice(row.indexOf(',') + 1))),
    windows: labels.map(([first, last]) => ({ first: rowOf(first), last: rowOf(last) })),
  };
};
