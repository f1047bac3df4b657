import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { TargetPath } from '../../platform/api/parameters.ts';
import { EXPORTER_OPERATIONS, INGEST_OPERATIONS } from './ingestion.ts';
import { Series, SeriesQuery } from './series.ts';
import { TargetPage, TargetsQuery } from './targets.ts';

export const METRICS_OPERATIONS = {
  ...INGEST_OPERATIONS,
  ...EXPORTER_OPERATIONS,
  listTargets: {
    ...QUERY,
    tag: 'metrics',
    path: '/v1/targets',
    summary: 'Lists targets by id',
    query: TargetsQuery,
    responses: [TargetPage],
  },
  getSeries: {
    ...QUERY,
    tag: 'metrics',
    path: '/v1/targets/{targetId}/series',
    summary: 'Returns the values of one metric as received',
    params: TargetPath,
    query: SeriesQuery,
    responses: [Series],
  },
} as const satisfies Operations;
