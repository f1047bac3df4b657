import { setTimeout as wait } from 'node:timers/promises';
import type { RunAnswer } from '../cli/api-client/answers.ts';
import type { ApiClient } from '../cli/api-client/api-client.ts';
import { formatCount } from '../cli/terminal/format.ts';
import { DependencyUnavailableError } from '../core/shared/errors.ts';
import type { StageTimes } from './stage-times.ts';

const POLL_MILLISECONDS = 500;
const SHOWN_FAILURES = 5;

const untilFinished = async (client: ApiClient, id: string): Promise<RunAnswer> => {
  for (;;) {
    const run = await client.run(id);
    if (run.status !== 'RUNNING') return run;
    await wait(POLL_MILLISECONDS);
  }
};

/**
 * Runs the forecast workflow once and waits for its end.
 * @throws DependencyUnavailableError if the run failed as a whole
 */
export const forecastFleet = async (client: ApiClient, stages: StageTimes): Promise<RunAnswer> =>
  stages.run('Forecast the next 8 hours of every series', async (say) => {
    const { id } = await client.startRun(`start-${Date.now()}`);
    say(`run ${id}`);
    const run = await untilFinished(client, id);
    say(
      `${run.status}: ${run.forecasts} of ${run.series} series forecast, ${formatCount(run.breaches, 'breach', 'breaches')} predicted`,
    );
    for (const { target, metric, reason } of (run.failures ?? []).slice(0, SHOWN_FAILURES)) {
      say(`not forecast: ${target} ${metric ?? ''}: ${reason}`);
    }
    if (run.status === 'FAILED') {
      throw new DependencyUnavailableError(
        `run ${id} failed: ${String(run.error ?? 'see the execution history')}`,
      );
    }
    return run;
  });
