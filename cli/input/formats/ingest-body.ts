import * as z from 'zod';
import { METRIC_KINDS } from '../../../core/metrics/series/metric-series.ts';
import { joinSeries, parseDocument, pointsOf } from '../reading/document.ts';
import type { DocumentFormat } from '../reading/export-format.ts';

const Time = z.union([z.string(), z.number()]);
const Value = z.union([z.number(), z.null()]);
const Names = { target: z.string(), metric: z.string() };
const Details = { unit: z.string().optional(), kind: z.enum(METRIC_KINDS).optional() };
const Body = z.object({
  points: z.array(z.object({ ...Names, ...Details, timestamp: Time, value: Value })).default([]),
  series: z
    .array(z.object({ ...Names, ...Details, timestamps: z.array(Time), values: z.array(Value) }))
    .default([]),
});

/** The JSON that `POST /v1/ingest/json` accepts. */
export const INGEST_BODY: DocumentFormat = {
  name: 'ingest JSON',
  recognises: (document) => 'points' in document || 'series' in document,
  read: (document, context) => {
    const { points, series } = parseDocument(
      Body,
      document,
      context,
      'points or series with target and metric',
    );
    const single = points.map(({ timestamp, value, ...names }) => ({
      ...names,
      timestamps: [timestamp],
      values: [value],
    }));
    return joinSeries([...series, ...single], ({ timestamps, values, ...names }, before) => {
      const named = { ...names, name: `${names.target}/${names.metric}` };
      const samples = timestamps.map((time, index) => [time, values[index] ?? null] as const);
      return pointsOf(named, samples, before, context);
    });
  },
};
