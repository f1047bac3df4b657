import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH, readUnits } from '../core/platform/billing/units.ts';
import { HOUR_SECONDS } from '../core/shared/time.ts';
import type { ItemSizes } from './item-sizes.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

const SECONDS_PER_MONTH = HOURS_PER_MONTH * HOUR_SECONDS;
/** Share of an hour during which the previous hour is still open and read as well. */
const GRACE_SHARE = 0.25;
/** Hourly versions of a state that are not deleted yet. */
const KEPT_VERSIONS = 25;

/** Number of batching windows with changes in all shards, if changes are evenly distributed (Poisson). */
const invocationsOf = ({ streamShards, streamWindowSeconds }: Workload, changes: number): number => {
  const windows = (streamShards * SECONDS_PER_MONTH) / streamWindowSeconds;
  return windows * (1 - Math.exp(-changes / windows));
};

/**
 * Lines for detecting anomalies in each push. The detector state is read with each push and written when an hour closes.
 * The stream delivers the block with all points of the open hour.
 */
export const detecting = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => {
  const component = 'Detect';
  const pushes = work.hosts * ((HOURS_PER_MONTH * 60) / work.pushMinutes);
  const hours = work.hosts * HOURS_PER_MONTH;
  const invocations = invocationsOf(work, pushes);
  const anomalies = work.hosts * work.metrics * work.anomaliesPerSeries;
  const blockUnits = readUnits(sizes.blockBytes.at(-1) ?? 0, 'eventual');
  const seconds = (pushes * work.detectMsPerHost) / 1000;
  const memoryGb = facts.memoryGb.get('detect-anomalies') ?? Number.NaN;
  return [
    { component, what: 'detection invocations', price: 'lambdaRequest', units: invocations },
    { component, what: 'GB-seconds', price: 'lambdaArmGbSecond', units: seconds * memoryGb },
    { component, what: 'detectors read', price: 's3Get', units: pushes },
    {
      component,
      what: 'forecast reads',
      price: 'dynamoReadUnit',
      units: pushes * readUnits(sizes.forecastBytes, 'eventual'),
    },
    {
      component,
      what: 'closing hours read',
      price: 'dynamoReadUnit',
      units: (pushes * GRACE_SHARE + hours) * blockUnits,
    },
    { component, what: 'detectors written', price: 's3Put', units: hours },
    // Stored, then marked as announced; the same for its end.
    { component, what: 'anomaly writes', price: 'dynamoWriteUnit', units: 4 * anomalies },
    { component, what: 'anomaly events', price: 'customEvent', units: 2 * anomalies },
    {
      component,
      what: 'GB of detectors',
      price: 's3GbMonth',
      units: gigabytes(KEPT_VERSIONS * work.hosts * sizes.detectorBytes),
    },
    {
      component,
      what: 'GB of detection logs',
      price: 'logGbIngested',
      units: gigabytes(invocations * work.logBytesPerInvocation),
    },
  ];
};
