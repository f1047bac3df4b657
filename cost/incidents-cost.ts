import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH, readUnits, writeUnits } from '../core/platform/billing/units.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

/** A transaction takes two write units for each KB. */
const TRANSACTED = 2;
/** An incident with a handful of signals, packed; the book of a tenant that names those still open. */
const INCIDENT_BYTES = 2000;
const BOOK_BYTES = 500;
/** Incidents of a tenant that new signals may concern: they are read with every batch of signals. */
const ACTIVE_INCIDENTS = 10;
/** What an explanation reads: two hours of blocks of the targets around the incident, and their graph. */
const EXPLAINED_TARGETS = 20;
const EXPLAINED_HOURS = 3;
const CAUSES_BYTES = 4000;

/** Signals of a month, and the batches in which they reach the folding function. */
export const signalsOf = (work: Workload, batchSize: number) => {
  const series = work.hosts * work.metrics;
  const anomalies = series * work.anomaliesPerSeries;
  const runs = (HOURS_PER_MONTH * 60) / work.cadenceMinutes;
  const breachesOfRun = series * work.breachShare;
  // Each anomaly is told when it begins and when it ends, at any time; a run tells all its breaches at once.
  const signals = 2 * anomalies + runs * breachesOfRun;
  const batches = 2 * anomalies + runs * Math.ceil(breachesOfRun / batchSize);
  return { signals, batches };
};

const folding = (work: Workload, facts: TemplateFacts, batches: number, signals: number): UsageLine[] => {
  const component = 'Incidents';
  const reads =
    readUnits(BOOK_BYTES, 'strong') + (ACTIVE_INCIDENTS + 2) * readUnits(INCIDENT_BYTES, 'strong');
  const writes =
    TRANSACTED * (writeUnits(BOOK_BYTES) + writeUnits(INCIDENT_BYTES)) + writeUnits(INCIDENT_BYTES);
  const seconds = (batches * work.groupMs) / 1000;
  return [
    // Sent by EventBridge one by one; received and deleted by the batch.
    { component, what: 'signals queued', price: 'sqsRequest', units: signals + 2 * batches },
    { component, what: 'folding invocations', price: 'lambdaRequest', units: batches },
    {
      component,
      what: 'GB-seconds of folding',
      price: 'lambdaArmGbSecond',
      units: seconds * (facts.memoryGb.get('group-signals') ?? Number.NaN),
    },
    { component, what: 'incident reads', price: 'dynamoReadUnit', units: batches * reads },
    { component, what: 'incident writes', price: 'dynamoWriteUnit', units: batches * writes },
    { component, what: 'incident events', price: 'customEvent', units: batches },
  ];
};

const explaining = (work: Workload, facts: TemplateFacts, explanations: number): UsageLine[] => {
  const component = 'Causes';
  const blocks = EXPLAINED_TARGETS * EXPLAINED_HOURS;
  const reads = blocks * readUnits(4000, 'eventual') + readUnits(INCIDENT_BYTES, 'strong');
  const seconds = (explanations * work.explainMs) / 1000;
  return [
    { component, what: 'explanations queued', price: 'sqsRequest', units: 3 * explanations },
    { component, what: 'explaining invocations', price: 'lambdaRequest', units: explanations },
    {
      component,
      what: 'GB-seconds of explaining',
      price: 'lambdaArmGbSecond',
      units: seconds * (facts.memoryGb.get('diagnose-incident') ?? Number.NaN),
    },
    { component, what: 'metrics read', price: 'dynamoReadUnit', units: explanations * reads },
    {
      component,
      what: 'causes written',
      price: 'dynamoWriteUnit',
      units: explanations * writeUnits(CAUSES_BYTES),
    },
  ];
};

/**
 * Lines of folding signals into incidents and of explaining them. Each batch of signals is taken to change one incident
 * and to be explained once: an upper bound, as repeats change nothing that is explained anew.
 */
export const incidentUsage = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const { signals, batches } = signalsOf(work, facts.signalBatchSize);
  return [
    ...folding(work, facts, batches, signals),
    ...explaining(work, facts, batches),
    {
      component: 'Incidents',
      what: 'GB of incident logs',
      price: 'logGbIngested',
      units: gigabytes(2 * batches * work.logBytesPerInvocation),
    },
  ];
};
