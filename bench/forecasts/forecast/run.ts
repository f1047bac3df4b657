import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINE_VERSION } from '../../../core/forecasts/engine/ensemble.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { type BenchOptions, sampleOf } from '../../shared/bench-options.ts';
import { scoreBreaches } from './breach-scores.ts';
import { readTasks } from './fleet-data.ts';
import { scoreM4Hourly } from './m4-hourly.ts';
import { reportLines } from './report.ts';
import type { ForecastBenchResult } from './result.ts';
import { groupFigures, scoreTask } from './score-tasks.ts';

/** Tasks run before measuring, so that both methods are compiled. */
const WARM_UP_TASKS = 20;
const QUICK = { tasks: 24, m4Series: 12 } as const;

const currentCommit = (): string => {
  try {
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
};

/**
 * Scores the engine on the fleet tasks, M4 hourly and real threshold crossings, compared with the frozen references and
 * with augurs in the same process. Prints the table with `out`, returns the figures. Throws InvalidInputError for bad data.
 */
export const runForecastBench = (options: BenchOptions & { readonly json?: string }): ForecastBenchResult => {
  const all = readTasks(options.data);
  const tasks = options.quick ? sampleOf(all, QUICK.tasks) : all;
  for (const task of tasks.slice(0, options.quick ? 1 : WARM_UP_TASKS)) scoreTask(task);
  const scored = tasks.map(scoreTask);
  const groups = [...Map.groupBy(scored, ({ task }) => task.group)].map(([g, items]) =>
    groupFigures(g, items),
  );
  const [engine, augurs] = [mean(scored.map((s) => s.ownCpu)), mean(scored.map((s) => s.augursCpu))];
  const result = {
    engine: ENGINE_VERSION,
    machine: `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`,
    commit: currentCommit(),
    groups: [...groups, groupFigures('all', scored)],
    cpu: { engine, augurs, ratio: augurs / engine },
    m4: scoreM4Hourly(options.data, options.quick ? QUICK.m4Series : Number.POSITIVE_INFINITY),
    breach: scoreBreaches(scored),
  };
  for (const line of reportLines(result)) options.out(line);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  return result;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { data: { type: 'string' }, json: { type: 'string' } } });
  const data = values.data ?? process.env.FORESTALL_DATA;
  if (data === undefined) throw new ConfigurationError('no data: set --data DIR or FORESTALL_DATA');
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  runForecastBench({ data, out, ...(values.json === undefined ? {} : { json: values.json }) });
}
