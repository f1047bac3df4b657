import { forecastUsage } from '../core/forecasts/capacity/forecast-run-cost.ts';
import { learnedShare, MEASURED_FORECASTING } from '../core/forecasts/capacity/forecasting-figures.ts';
import { DEFAULT_BUDGET } from '../core/forecasts/runs/batch-budget.ts';
import { planBatches } from '../core/forecasts/runs/plan-batches.ts';
import { LAST_SEEN_STEP_SECONDS } from '../core/metrics/targets/last-seen.ts';
import { leasesFor } from '../core/platform/access/leased-quotas.ts';
import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import {
  gigabytes,
  HOURS_PER_MONTH,
  keptGigabytes,
  readUnits,
  writeUnits,
} from '../core/platform/billing/units.ts';
import { mean } from '../core/shared/maths/averages.ts';
import { deploymentUsage } from './deployments-cost.ts';
import { detecting } from './detection-cost.ts';
import { incidentUsage } from './incidents-cost.ts';
import type { ItemSizes } from './item-sizes.ts';
import { comparingPeers } from './peers-cost.ts';
import { queueLoad } from './queue-batches.ts';
import { remediationUsage } from './remediation-cost.ts';
import { IDLE_METRICS } from './secrets-cost.ts';
import { checkingSilence } from './silence-cost.ts';
import type { TemplateFacts } from './template-facts.ts';
import { CONTAINER_HOURS, type Workload } from './workload.ts';

const memoryOf = (facts: TemplateFacts, name: string): number => facts.memoryGb.get(name) ?? Number.NaN;
const daysOf = (facts: TemplateFacts, prefix: string): number =>
  facts.retentionDays.get(prefix) ?? Number.NaN;

/** Pushes per host and month, and requests of all hosts. */
const traffic = (work: Workload) => {
  const pushes = (HOURS_PER_MONTH * 60) / work.pushMinutes;
  return { pushes: pushes * work.hosts, requests: pushes * Math.ceil(work.hosts / work.hostsPerRequest) };
};

const MINUTES_PER_MONTH = HOURS_PER_MONTH * 60;

/** Containers that receive at the same time, on average; at least one. */
const receivers = (work: Workload): number =>
  Math.ceil((traffic(work).requests * work.receiveMs) / 1000 / (MINUTES_PER_MONTH * 60));

/** A container remembers a key for a minute. */
const keyLookUps = (work: Workload): number =>
  Math.min(traffic(work).requests, receivers(work) * MINUTES_PER_MONTH);

/** A container records the use of a key once an hour. */
const keyUses = (work: Workload): number => receivers(work) * HOURS_PER_MONTH;

/** A container looks each target up once, to find out whether it is new. */
const targetLookUps = (work: Workload, { targetBytes }: ItemSizes): number =>
  (receivers(work) * HOURS_PER_MONTH * work.hosts * readUnits(targetBytes, 'eventual')) / CONTAINER_HOURS;

const quotaLeases = (work: Workload, { pointsPerMinute }: TemplateFacts): number => {
  const points = (work.hosts * work.metrics) / work.pushMinutes / receivers(work);
  const leases = receivers(work) * MINUTES_PER_MONTH * leasesFor(pointsPerMinute, points);
  return Math.min(traffic(work).requests, leases);
};

const receiving = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => {
  const component = 'Receive';
  const { requests } = traffic(work);
  const seconds = (requests * (work.receiveMs + work.hostsPerRequest - 1)) / 1000;
  const payload = sizes.payloadBytes * work.hostsPerRequest;
  return [
    { component, what: 'HTTP requests', price: 'httpApiRequest', units: requests },
    { component, what: 'invocations', price: 'lambdaRequest', units: requests },
    {
      component,
      what: 'GB-seconds',
      price: 'lambdaArmGbSecond',
      units: seconds * memoryOf(facts, 'receive-metrics'),
    },
    { component, what: 'key look-ups', price: 'dynamoReadUnit', units: keyLookUps(work) },
    { component, what: 'key uses', price: 'dynamoWriteUnit', units: keyUses(work) },
    { component, what: 'target look-ups', price: 'dynamoReadUnit', units: targetLookUps(work, sizes) },
    { component, what: 'quota leases', price: 'dynamoWriteUnit', units: quotaLeases(work, facts) },
    { component, what: 'raw objects put', price: 's3Put', units: requests },
    {
      component,
      what: 'GB of raw objects',
      price: 's3GbMonth',
      units: keptGigabytes(requests * payload, daysOf(facts, 'raw/')),
    },
  ];
};

const storing = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => {
  const component = 'Store';
  const { pushes, requests } = traffic(work);
  const queue = queueLoad(requests, facts.ingestBatching);
  const seconds = (pushes * work.storeMsPerHost + queue.batches * work.storeMsPerBatch) / 1000;
  const blockWrites = mean(sizes.blockBytes.map(writeUnits));
  const blockReads = mean(sizes.blockBytes.map((bytes) => readUnits(bytes, 'strong')));
  const target = sizes.targetBytes;
  const steps = (HOURS_PER_MONTH * 3600) / LAST_SEEN_STEP_SECONDS;
  const refreshes = Math.min(pushes, work.hosts * steps);
  const stored = storedBlocks(work, facts, sizes);
  return [
    { component, what: 'queue requests', price: 'sqsRequest', units: queue.requests },
    { component, what: 'invocations', price: 'lambdaRequest', units: queue.batches },
    {
      component,
      what: 'GB-seconds',
      price: 'lambdaArmGbSecond',
      units: seconds * memoryOf(facts, 'store-metrics'),
    },
    { component, what: 'raw objects read', price: 's3Get', units: requests },
    { component, what: 'block reads', price: 'dynamoReadUnit', units: pushes * blockReads },
    { component, what: 'block writes', price: 'dynamoWriteUnit', units: pushes * blockWrites },
    // Containers know the targets; a write that loses to another container's is repeated after a read.
    {
      component,
      what: 'target reads',
      price: 'dynamoReadUnit',
      units: refreshes * readUnits(target, 'strong'),
    },
    { component, what: 'target writes', price: 'dynamoWriteUnit', units: 2 * refreshes * writeUnits(target) },
    { component, what: 'GB of blocks', price: 'dynamoGbMonth', units: stored },
    {
      component,
      what: 'GB of recoverable blocks',
      price: 'dynamoPitrGbMonth',
      units: facts.areBlocksRecoverable ? stored : 0,
    },
  ];
};

const storedBlocks = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): number =>
  gigabytes(work.hosts * facts.hotRetentionDays * 24 * (sizes.blockBytes.at(-1) ?? 0));

/** Number of batches that the planner creates for the fleet. */
const batchesOf = (work: Workload): number => {
  const metrics = Object.fromEntries(
    Array.from({ length: work.metrics }, (_, index) => [`metric-${index}`, { kind: 'gauge' as const }]),
  );
  const hosts = Array.from({ length: work.hosts }, (_, host) => ({ targetId: `host-${host}`, metrics }));
  return planBatches(hosts, DEFAULT_BUDGET).length;
};

const forecasting = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] =>
  forecastUsage({
    targets: work.hosts,
    seriesPerTarget: work.metrics,
    batches: batchesOf(work),
    cadenceMinutes: work.cadenceMinutes,
    msPerSeries: work.forecastMsPerSeries,
    msPerTarget: work.forecastMsPerHost,
    memoryGb: memoryOf(facts, 'forecast-batch'),
    historyBytes: work.historyDays * 24 * (sizes.blockBytes.at(-1) ?? 0),
    forecastBytes: sizes.forecastBytes,
    archiveBytes: sizes.archiveBytes,
    archiveDays: daysOf(facts, 'forecasts/'),
    stateBytes: work.metrics * MEASURED_FORECASTING.bytesPerSeries.state,
    learnedShare: learnedShare(work.cadenceMinutes),
    breachShare: work.breachShare,
  });

const watching = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const component = 'Logs and metrics';
  const { requests } = traffic(work);
  const runs = (HOURS_PER_MONTH * 60) / work.cadenceMinutes;
  const stores = queueLoad(requests, facts.ingestBatching).batches;
  const invocations = requests + stores + runs * (batchesOf(work) + 2);
  const perRequest = work.accessLogBytes + work.logBytesPerPayload;
  const bytes = requests * perRequest + invocations * work.logBytesPerInvocation;
  return [
    { component, what: 'GB of logs ingested', price: 'logGbIngested', units: gigabytes(bytes) },
    {
      component,
      what: 'GB of logs stored',
      price: 'logGbMonth',
      units: keptGigabytes(bytes, facts.logRetentionDays),
    },
    // As if each counted something in every hour; most count failures, and are billed only for hours with data.
    {
      component,
      what: 'custom metrics',
      price: 'customMetricMonth',
      units: [...facts.outcomeMetrics].filter((name) => !IDLE_METRICS.has(name)).length,
    },
  ];
};

/** Lines for a fleet that pushes its metrics and is forecast at each cadence, in addition to the idle lines. */
export const fleetUsage = (work: Workload, facts: TemplateFacts, sizes: ItemSizes): UsageLine[] => [
  ...receiving(work, facts, sizes),
  ...storing(work, facts, sizes),
  ...detecting(work, facts, sizes),
  ...comparingPeers(work, facts, sizes),
  ...checkingSilence(work, facts, sizes),
  ...forecasting(work, facts, sizes),
  ...incidentUsage(work, facts),
  ...deploymentUsage(work, facts, sizes),
  ...remediationUsage(work, facts),
  ...watching(work, facts),
];
