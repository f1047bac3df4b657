/** Adds what the batches of a run scored to the day on which the scored forecasts were issued. */
import type { ScoreKeeper } from '../../forecasts/ports.ts';
import { runRequestedAt } from '../../forecasts/run-id.ts';
import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { isoDate } from '../../shared/time.ts';
import type { BatchScores } from '../performance/scored-day.ts';
import type { ScoreFiles } from '../ports.ts';
import { addRun, emptyDay } from './add-scores.ts';

export interface KeepingDeps {
  readonly scores: Pick<ScoreFiles, 'readBatches' | 'readDay' | 'replaceDay'>;
  readonly telemetry: Telemetry;
}

/** Runs of a tenant rarely end in the same moment. */
const MAX_ATTEMPTS = 5;

/** Scores that cannot be kept are lost: the run is not repeated for them. */
export const scoreKeeper = (deps: KeepingDeps): ScoreKeeper => ({
  keep: async ({ tenantId, runId }) => {
    try {
      const batches = await deps.scores.readBatches(tenantId, runId);
      for (const [scoredRunId, own] of Map.groupBy(batches, (batch) => batch.scoredRunId))
        await addToDay(deps, tenantId, scoredRunId, own);
    } catch (error) {
      deps.telemetry.error('scores are not kept', { tenantId, runId }, error);
      deps.telemetry.count('ScoresNotKept');
    }
  },
});

const addToDay = async (
  { scores }: KeepingDeps,
  tenantId: string,
  scoredRunId: string,
  batches: readonly BatchScores[],
): Promise<void> => {
  const day = isoDate(runRequestedAt(scoredRunId));
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = await scores.readDay(tenantId, day);
    const before = stored?.scores ?? emptyDay(day);
    const after = addRun(before, scoredRunId, batches);
    if (after === before || (await scores.replaceDay(tenantId, after, stored?.version))) return;
  }
  throw new DependencyUnavailableError(`the scores of ${day} are being replaced by other runs`);
};
