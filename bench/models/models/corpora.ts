/** Public corpora with a permissive licence, from which a model may be trained that ships with the product. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { RegularSeries } from '../../../core/metrics/series/metric-series.ts';
import { regularise } from '../../../core/metrics/series/regularise.ts';

/** A series of a corpus at its own step. */
export interface CorpusSeries {
  readonly name: string;
  readonly source: string;
  readonly timestamps: readonly number[];
  readonly values: readonly number[];
  readonly stepSeconds: number;
}

const Description = z.record(z.string(), z.object({ source: z.string(), step: z.number() }));

/** MIT: the Server Machine Dataset, the Application Server Dataset and the KPIs of the AIOps challenge 2018. */
const LABELLED_SOURCES: ReadonlySet<string> = new Set(['asd', 'smd', 'kpi18']);
/** MIT: folders of the Numenta Anomaly Benchmark with measurements of servers and services. */
const NAB_FOLDERS = ['realAWSCloudwatch', 'realKnownCause', 'realTweets'];
const FIVE_MINUTES = 300;

const timeOf = (text: string): number =>
  /^\d+$/.test(text) ? Number(text) : Date.parse(`${text.replace(' ', 'T').replace(/Z?$/, 'Z')}`) / 1000;

const pointsOf = (text: string): Pick<CorpusSeries, 'timestamps' | 'values'> => {
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([, value]) => value !== undefined && value !== '');
  return {
    timestamps: rows.map(([time]) => timeOf(time!)),
    values: rows.map(([, value]) => Number(value)),
  };
};

/** Series of the labelled corpus. */
export const readLabelled = (data: string): CorpusSeries[] => {
  const folder = join(data, 'labelled', 'given');
  const described = Description.parse(JSON.parse(readFileSync(join(folder, 'map.json'), 'utf8')));
  return Object.entries(described)
    .filter(([, { source }]) => LABELLED_SOURCES.has(source))
    .map(([file, { source, step }]) => ({
      name: basename(file, '.csv.gz'),
      source,
      stepSeconds: step,
      ...pointsOf(gunzipSync(readFileSync(join(folder, 'data', file))).toString('utf8')),
    }));
};

/** Five-minute series of the Numenta Anomaly Benchmark. */
export const readNab = (data: string): CorpusSeries[] =>
  NAB_FOLDERS.flatMap((folder) => {
    const path = join(data, 'nab', 'data', folder);
    return readdirSync(path)
      .sort()
      .map((file) => ({
        name: basename(file, '.csv'),
        source: 'nab',
        stepSeconds: FIVE_MINUTES,
        ...pointsOf(readFileSync(join(path, file), 'utf8')),
      }))
      .filter(({ timestamps }) => timestamps[1]! - timestamps[0]! === FIVE_MINUTES);
  });

/** A series on the even grid of a step: readings within a step are averaged. */
export const atStep = ({ timestamps, values }: CorpusSeries, stepSeconds: number): RegularSeries =>
  regularise({ timestamps, values, kind: 'gauge' }, { stepSeconds });
