import type { UsageLine } from '../../platform/billing/cost-lines.ts';
import {
  gigabytes,
  HOURS_PER_MONTH,
  keptGigabytes,
  readUnits,
  writeUnits,
} from '../../platform/billing/units.ts';

/** Monthly resource usage of a fleet's forecasts, without prices. Bytes are those of stored items and objects. */
export interface ForecastLoad {
  readonly targets: number;
  readonly seriesPerTarget: number;
  readonly batches: number;
  readonly cadenceMinutes: number;
  /** Billed milliseconds per series, and additional ones per target for requests to the stores. */
  readonly msPerSeries: number;
  readonly msPerTarget: number;
  readonly memoryGb: number;
  /** All blocks of a target that one run reads. */
  readonly historyBytes: number;
  readonly forecastBytes: number;
  readonly archiveBytes: number;
  readonly archiveDays: number;
  /** Stored states of one target. */
  readonly stateBytes: number;
  readonly learnedShare: number;
  /** Share of the series with a breach that is listed. */
  readonly breachShare: number;
}

/** Of a breach with the reasons of its warning. */
const BREACH_BYTES = 1250;
/** Of a series in the scores of a day; the sums of its metric are less in a fleet. */
const SCORE_BYTES = 110;

/** Cost lines of a month of forecast runs. */
export const forecastUsage = (load: ForecastLoad): UsageLine[] => {
  const component = 'Forecast';
  const { batches } = load;
  const runs = (HOURS_PER_MONTH * 60) / load.cadenceMinutes;
  const series = runs * load.targets * load.seriesPerTarget;
  const breaches = series * load.breachShare;
  const targets = runs * load.targets;
  const seconds = (series * load.msPerSeries + targets * load.msPerTarget) / 1000;
  const line = (what: string, price: UsageLine['price'], units: number) => ({
    component,
    what,
    price,
    units,
  });
  return [
    // Start time, wait, plan, map, close and the result, and one state per batch.
    line('state transitions', 'stepFunctionsTransition', runs * (batches + 7)),
    line('invocations', 'lambdaRequest', runs * (batches + 2)),
    line('GB-seconds', 'lambdaArmGbSecond', seconds * load.memoryGb),
    line('settings and interventions read', 'dynamoReadUnit', runs * batches),
    line('history reads', 'dynamoReadUnit', targets * readUnits(load.historyBytes, 'eventual')),
    line('forecast writes', 'dynamoWriteUnit', targets * writeUnits(load.forecastBytes)),
    // A breach is written to the table. If its risk has changed, it is removed from the index and added again.
    line('breach writes', 'dynamoWriteUnit', breaches * 3 * writeUnits(BREACH_BYTES)),
    line('breach reads', 'dynamoReadUnit', targets),
    line(
      'run files, archives, states and scores put',
      's3Put',
      runs * (4 * batches + 2) + runs * batches * load.learnedShare,
    ),
    line('run files, archives, states and scores read', 's3Get', runs * (5 * batches + 1)),
    line(
      'GB of archived forecasts',
      's3GbMonth',
      keptGigabytes(targets * load.archiveBytes, load.archiveDays),
    ),
    line(
      'GB of scores',
      's3GbMonth',
      // An object is replaced every hour, and its versions exist for another day.
      gigabytes((load.archiveDays + 24) * load.targets * load.seriesPerTarget * SCORE_BYTES),
    ),
    line('GB of states', 's3GbMonth', gigabytes(load.targets * load.stateBytes)),
    line('events', 'customEvent', breaches + runs * batches),
  ];
};
