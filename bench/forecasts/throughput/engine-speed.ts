import { forecast } from '../../../core/forecasts/engine/ensemble.ts';
import { type ForecastTask, HORIZON } from '../forecast/fleet-data.ts';

/** User CPU time of the engine alone, in milliseconds per series that is learned. */
export interface EngineSpeed {
  readonly historyDays: number;
  readonly series: number;
  /** The fastest of several rounds: other work on the machine only adds to the time. */
  readonly cpuMs: number;
}

/** Forecasts all tasks in each round, after one round for compiling. */
export const engineSpeed = (
  tasks: readonly ForecastTask[],
  historyDays: number,
  rounds: number,
): EngineSpeed => {
  const times = Array.from({ length: rounds + 1 }, () => {
    const before = process.cpuUsage();
    for (const { history } of tasks) forecast({ history, horizon: HORIZON });
    return process.cpuUsage(before).user / 1000 / tasks.length;
  });
  return { historyDays, series: tasks.length, cpuMs: Math.min(...times.slice(1)) };
};
