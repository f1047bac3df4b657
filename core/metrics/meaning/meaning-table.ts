/**
 * Meanings of the names, attributes and words of metrics, from `meanings.json`. Sources: OpenTelemetry's semantic
 * conventions for metrics, the collectors of the Prometheus node exporter, the kubelet's and kube-state-metrics' metrics,
 * the metrics that AWS services publish to CloudWatch, and sysstat's manual pages.
 */
import * as z from 'zod';
import { METRIC_KINDS, nameWithoutAttributes } from '../series/metric-series.ts';
import { HARMS, MEASURES, METRIC_ASPECTS, type MetricAspect, SHARE_SCALES } from './meaning-words.ts';
import meanings from './meanings.json' with { type: 'json' };

const Reading = {
  aspect: z.enum(METRIC_ASPECTS).optional(),
  measures: z.enum(MEASURES).optional(),
  harm: z.enum(HARMS).optional(),
  scale: z.enum(SHARE_SCALES).optional(),
  kind: z.enum(METRIC_KINDS).optional(),
};

/** One row; `source` says who gives this meaning. */
export type MeaningRow = z.infer<z.ZodObject<typeof Reading>> & { readonly source: string };

const Aspects = z.array(z.enum(METRIC_ASPECTS)).optional();

/** `match` has names without attributes; `*` stands for any characters. */
export const MeaningTable = z.strictObject({
  names: z.array(
    z.strictObject({
      source: z.string(),
      rows: z.array(z.strictObject({ match: z.array(z.string()).min(1), ...Reading })),
    }),
  ),
  attributes: z.strictObject({
    keys: z.array(z.string()),
    rows: z.array(z.strictObject({ values: z.array(z.string()).min(1), aspects: Aspects, ...Reading })),
  }),
  /** The first row with a phrase that the name has, and with the aspect, if the row has any. */
  words: z.array(z.strictObject({ any: z.array(z.string()).min(1), aspects: Aspects, ...Reading })),
});

const TABLE = MeaningTable.parse(meanings);

interface NamePattern {
  readonly parts: readonly string[];
  readonly row: MeaningRow;
}

const EXACT = new Map<string, MeaningRow>();
const PATTERNS: NamePattern[] = [];
for (const { source, rows } of TABLE.names)
  for (const { match, ...reading } of rows)
    for (const name of match) {
      const row = { ...reading, source };
      if (name.includes('*')) PATTERNS.push({ parts: name.toLowerCase().split('*'), row });
      else EXACT.set(name.toLowerCase(), row);
    }

/** True if the name consists of the parts in this order, with anything between them. */
const matches = (name: string, [first = '', ...others]: readonly string[]): boolean => {
  const last = others.pop() ?? '';
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.endsWith(last) && name.length - last.length >= at;
};

/** The row of a name that follows a convention, whatever its attributes. */
export const readByName = (metric: string): MeaningRow | undefined => {
  const name = nameWithoutAttributes(metric).toLowerCase();
  return EXACT.get(name) ?? PATTERNS.find(({ parts }) => matches(name, parts))?.row;
};

const isAbout = (aspects: readonly MetricAspect[] | undefined, aspect: MetricAspect): boolean =>
  aspects === undefined || aspects.includes(aspect);

/** The row of an attribute such as `{state="idle"}`. */
export const readByAttributes = (metric: string, aspect: MetricAspect): MeaningRow | undefined => {
  const attributes = metric.slice(nameWithoutAttributes(metric).length);
  if (attributes === '') return undefined;
  const { keys, rows } = TABLE.attributes;
  const has = (value: string): boolean =>
    keys.some(
      (key) => attributes.includes(`{${key}="${value}"`) || attributes.includes(`,${key}="${value}"`),
    );
  const found = rows.find(({ values, aspects }) => isAbout(aspects, aspect) && values.some(has));
  return found && { ...found, source: 'its attributes' };
};

/** The row of a plain word or phrase. `name`: lower-case words, separated by spaces. */
export const readByWords = (name: string, aspect: MetricAspect): MeaningRow | undefined => {
  const padded = ` ${name} `;
  const found = TABLE.words.find(
    ({ any, aspects }) => isAbout(aspects, aspect) && any.some((phrase) => padded.includes(` ${phrase} `)),
  );
  return found && { ...found, source: 'its name' };
};
