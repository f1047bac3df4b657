import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { TargetPath } from '../../platform/api/parameters.ts';
import { AnomaliesQuery, AnomalyPage } from './anomalies.ts';
import { Baseline, BaselineQuery } from './baseline.ts';
import { Ingestion } from './ingestion.ts';

export const ANOMALIES_OPERATIONS = {
  listAnomalies: {
    ...QUERY,
    tag: 'anomalies',
    path: '/v1/anomalies',
    summary: 'Lists anomalies of all kinds, newest first',
    query: AnomaliesQuery,
    responses: [AnomalyPage],
  },
  getIngestion: {
    ...QUERY,
    tag: 'anomalies',
    path: '/v1/ingestion',
    summary:
      'Returns what arrives: targets by state, lag, share of the expected points; counted every five minutes',
    responses: [Ingestion],
  },
  getBaseline: {
    ...QUERY,
    tag: 'anomalies',
    path: '/v1/targets/{targetId}/baseline',
    summary: 'Returns the learned baseline of a metric: its expected band by time of day',
    params: TargetPath,
    query: BaselineQuery,
    responses: [Baseline],
  },
} as const satisfies Operations;
