import { MODELS_OPERATIONS } from '../../../core/models/api/operations.ts';
import { presentPerformance } from '../../../core/models/api/performance.ts';
import {
  addPerformance,
  NO_PERFORMANCE,
  reportPerformance,
} from '../../../core/models/performance/report-performance.ts';
import type { ScoreFiles } from '../../../core/models/ports.ts';
import { visitDays } from '../../../core/models/scoring/read-days.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { secondsOf } from '../../../core/platform/api/instants.ts';
import { DAY_SECONDS } from '../../../core/shared/time.ts';
import { route } from '../../runtime/route.ts';

export interface ModelSources {
  readonly scores: Pick<ScoreFiles, 'readDay'>;
}

const DEFAULT_DAYS = 28;

const getModelPerformance = ({ scores }: ModelSources) =>
  route(MODELS_OPERATIONS.getModelPerformance, async ({ caller, params: { modelId }, query, receivedAt }) => {
    const to = secondsOf(query.to) ?? Math.floor(receivedAt / 1000);
    const from = secondsOf(query.from) ?? to - DEFAULT_DAYS * DAY_SECONDS;
    let sums = NO_PERFORMANCE;
    await visitDays(scores, caller.tenantId, { from, to }, (day) => {
      sums = addPerformance(sums, day, { ...query, modelId });
    });
    const versions = reportPerformance(sums);
    if (versions.length > 0) return { items: versions.map(presentPerformance) };
    throw new NotFoundError(
      `No forecasts of ${modelId} were scored in this time: only those of scheduled runs are, nine hours after they were issued.`,
    );
  });

export const modelQueries = (sources: ModelSources) => ({
  getModelPerformance: getModelPerformance(sources),
});
