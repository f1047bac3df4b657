import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { ModelPerformances, PerformancePath, PerformanceQuery } from './performance.ts';

export const MODELS_OPERATIONS = {
  getModelPerformance: {
    ...QUERY,
    tag: 'models',
    path: '/v1/models/{modelId}/performance',
    summary:
      'Returns how the published forecasts of a model did: by version, metric and age, and from day to day',
    params: PerformancePath,
    query: PerformanceQuery,
    responses: [ModelPerformances],
  },
} as const satisfies Operations;
