/** Adds what the batches of a run scored to the day on which the scored forecasts were issued. */
import type { ScoreKeeper } from '../../forecasts/ports.ts';
import { runRequestedAt } from '../../forecasts/run-id.ts';
import { DependencyUnavailableError } from '../../shared/errors.ts';
import type { Telemetry } from '../../shared/telemetry.ts';
import { isoDate } from '../../shared/time.ts';
import type { Scores } from '../performance/scored-day.ts';
import type { ScoreFiles } from '../ports.ts';
import { addRun, emptyDay, scoreSums } from './add-scores.ts';

export interface KeepingDeps {
  readonly scores: Pick<ScoreFiles, 'visitBatches' | 'readDay' | 'replaceDay'>;
  readonly telemetry: Telemetry;
}

/** Runs of a tenant rarely end in the same moment. */
const MAX_ATTEMPTS = 5;

/** No batch is added with less time left: if the function were stopped, a run that succeeded would end as failed. */
const MIN_MS_LEFT = 30_000;

/** Scores that cannot be kept are lost: the run is not repeated for them. */
export const scoreKeeper = (deps: KeepingDeps): ScoreKeeper => ({
  keep: async (run) => {
    try {
      for (const [scoredRunId, { sums }] of await sumsOf(deps, run))
        await addToDay(deps, run.tenantId, scoredRunId, sums());
    } catch (error) {
      const { tenantId, runId } = run;
      deps.telemetry.error('scores are not kept', { tenantId, runId }, error);
      deps.telemetry.count('ScoresNotKept');
    }
  },
});

type Sums = ReturnType<typeof scoreSums>;

/** What the batches of a run scored, by the run whose forecasts they scored. */
const sumsOf = async (
  { scores }: KeepingDeps,
  { tenantId, runId, timeLeft }: Parameters<ScoreKeeper['keep']>[0],
): Promise<ReadonlyMap<string, Sums>> => {
  const byRun = new Map<string, Sums>();
  await scores.visitBatches(tenantId, runId, ({ scoredRunId, ...own }) => {
    if (timeLeft() < MIN_MS_LEFT)
      throw new DependencyUnavailableError(`there is no time to add up the scores of run ${runId}`);
    const sums = byRun.get(scoredRunId) ?? scoreSums();
    sums.add(own);
    byRun.set(scoredRunId, sums);
  });
  return byRun;
};

const addToDay = async (
  { scores }: KeepingDeps,
  tenantId: string,
  scoredRunId: string,
  own: Scores,
): Promise<void> => {
  const day = isoDate(runRequestedAt(scoredRunId));
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const stored = await scores.readDay(tenantId, day);
    const before = stored?.scores ?? emptyDay(day);
    const after = addRun(before, scoredRunId, own);
    if (after === before || (await scores.replaceDay(tenantId, after, stored?.version))) return;
  }
  throw new DependencyUnavailableError(`the scores of ${day} are being replaced by other runs`);
};
