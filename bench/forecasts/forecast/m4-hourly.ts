import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { forecast } from '../../../core/forecasts/engine/ensemble.ts';
import { DEFAULT_QUANTILE_LEVELS } from '../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { mean } from '../../../core/shared/maths/averages.ts';
import { type ForecastLosses, lossesOf } from './losses.ts';
import { withCpuTime } from './score-tasks.ts';

const HORIZON = 48;
const SEASON = 24;

/** Mean figures over the M4 hourly series (414 in the full set). */
export interface M4Figures {
  readonly series: number;
  readonly mase: number;
  readonly sMape: number;
  readonly coverage80: number;
  readonly cpuMilliseconds: number;
}

const readRows = (path: string): number[][] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) =>
      line
        .split(',')
        .slice(1)
        .map((cell) => cell.replaceAll('"', ''))
        .filter((cell) => cell !== '' && cell !== 'NA')
        .map(Number),
    );

const seasonalScale = (values: Float64Array): number => {
  let total = 0;
  for (let i = SEASON; i < values.length; i++) total += Math.abs(values[i]! - values[i - SEASON]!);
  return total / (values.length - SEASON);
};

/** Scores the engine on M4 hourly (Makridakis et al. 2020): horizon 48, MASE with season 24. */
export const scoreM4Hourly = (data: string, maxSeries: number): M4Figures => {
  const train = readRows(join(data, 'm4-hourly', 'Hourly-train.csv')).slice(0, maxSeries);
  const test = readRows(join(data, 'm4-hourly', 'Hourly-test.csv'));
  const [losses, cpu] = withCpuTime((): ForecastLosses[] =>
    train.map((row, i) => {
      const values = Float64Array.from(row);
      const made = forecast({ history: { start: 0, stepSeconds: 3600, values }, horizon: HORIZON });
      const actual = Float64Array.from(test[i]!);
      return lossesOf(actual, made.quantiles, DEFAULT_QUANTILE_LEVELS, seasonalScale(values));
    }),
  );
  return {
    series: losses.length,
    mase: mean(losses.map(({ mase }) => mase)),
    sMape: mean(losses.map(({ sMape }) => sMape)),
    coverage80: mean(losses.map(({ covered }) => covered)),
    cpuMilliseconds: cpu / losses.length,
  };
};
