import type { UsageLine } from '../core/platform/billing/cost-lines.ts';
import { gigabytes, HOURS_PER_MONTH } from '../core/platform/billing/units.ts';
import type { MeasuredOutcome } from '../core/shared/telemetry.ts';
import { SECRET_CHECK_HOURS } from '../lib/platform/secret-rotation.ts';
import type { TemplateFacts } from './template-facts.ts';
import type { Workload } from './workload.ts';

const CHECKS = HOURS_PER_MONTH / SECRET_CHECK_HOURS;
const CHECK_SECONDS = 0.3;
/** A description and a list of versions. */
const CALLS_PER_SECRET = 2;

/** Metrics that are counted without tenants, too: those of sound secrets. */
export const IDLE_METRICS: ReadonlySet<string> = new Set<MeasuredOutcome>(['SecretsSound']);

/** Lines for the check of secrets. Rotations themselves cost a few requests every three months. */
export const idleSecrets = (work: Workload, facts: TemplateFacts): UsageLine[] => {
  const component = 'Check of secrets';
  const gb = facts.memoryGb.get('check-secrets') ?? Number.NaN;
  const secrets = facts.monthly.get('secretMonth') ?? 0;
  const logs = gigabytes(CHECKS * work.logBytesPerInvocation);
  return [
    { component, what: 'secret check starts', price: 'schedulerInvocation', units: CHECKS },
    { component, what: 'secret checks', price: 'lambdaRequest', units: CHECKS },
    {
      component,
      what: 'GB-seconds of secret checks',
      price: 'lambdaArmGbSecond',
      units: CHECKS * CHECK_SECONDS * gb,
    },
    {
      component,
      what: 'secrets looked at',
      price: 'secretRequest',
      units: CHECKS * CALLS_PER_SECRET * secrets,
    },
    // A metric is billed for the hours in which it has data.
    {
      component,
      what: 'metric of sound secrets',
      price: 'customMetricMonth',
      units: (IDLE_METRICS.size * CHECKS) / HOURS_PER_MONTH,
    },
    { component, what: 'GB of secret check logs', price: 'logGbIngested', units: logs },
  ];
};
