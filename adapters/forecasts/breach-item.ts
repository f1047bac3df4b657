import * as z from 'zod';
import {
  BREACH_REASONS,
  type BreachExplanation,
  type BreachReason,
} from '../../core/forecasts/breach-explanation.ts';
import { SEVERITIES } from '../../core/forecasts/breach-risk.ts';
import type { BreachLifetime } from '../../core/forecasts/ports.ts';
import type { PredictedBreach } from '../../core/forecasts/target-forecast.ts';
import { type StandingWarning, WARNING_REASONS } from '../../core/forecasts/warning.ts';
import { PROFILES } from '../../core/metrics/targets/target.ts';
import { objectOf } from '../../core/shared/schemas.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { tenantPk } from '../aws/dynamodb/item-key.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { jsonText } from '../aws/json-attributes.ts';
import { breachKey } from './item-keys.ts';

const Since = z.number().nullable();
const Warning = objectOf<StandingWarning>()({
  severity: z.enum(SEVERITIES),
  since: z.number(),
  announced: z.object({ at: z.number(), reason: z.enum(WARNING_REASONS) }).nullable(),
  lessSince: z.object({ warning: Since, critical: Since }),
});

const Explanation = objectOf<BreachExplanation>()({
  issuedAt: z.number(),
  reasons: z.array(
    objectOf<BreachReason>()({ kind: z.enum(BREACH_REASONS), share: z.number(), text: z.string() }),
  ),
  counterfactual: z.string().nullable(),
});

type Detail = Omit<PredictedBreach, 'tenantId'>;
const Detail: z.ZodType<Detail> = objectOf<Detail>()({
  targetId: z.string(),
  metric: z.string(),
  profile: z.enum(PROFILES),
  runId: z.string(),
  issuedAt: z.number(),
  risk: z.number(),
  threshold: objectOf<PredictedBreach['threshold']>()({
    direction: z.enum(['above', 'below']),
    limit: z.number(),
    source: z.enum(['fixed', 'historical']),
  }),
  breach: objectOf<PredictedBreach['breach']>()({
    probability: z.number(),
    timeToImpactSeconds: z.object({ p10: z.number(), p50: z.number(), p90: z.number() }).nullable(),
    expectedShareBeyond: z.number(),
    severity: z.enum(SEVERITIES),
  }),
  expectedPeak: z.number(),
  // Absent from items of releases without standing warnings.
  warning: Warning.nullable().default(null),
  // Absent from items of releases that explained nothing.
  explanation: Explanation.nullable().default(null),
});

const BreachItem = z.object({ detail: jsonText(Detail) });
const FORMAT: StoredFormat<z.infer<typeof BreachItem>> = {
  kind: 'predicted breach',
  version: 1,
  schema: BreachItem,
};

export const breachItem = (breach: PredictedBreach, lifetime: BreachLifetime) => {
  const { tenantId, ...detail } = breach;
  return {
    ...breachKey(tenantId, breach.targetId, breach.metric),
    ...schemaVersionOf(FORMAT),
    riskPk: tenantPk(tenantId),
    risk: breach.risk,
    // Attributes for filters. The rest is text: a metric's values may exceed the range of DynamoDB's numbers.
    targetId: breach.targetId,
    probability: breach.breach.probability,
    severity: breach.breach.severity,
    detail: JSON.stringify(detail),
    issuedAt: breach.issuedAt,
    ...lifetime,
  };
};

/** @throws UnreadableItemError */
export const readBreachItem = (tenantId: string, item: Item): PredictedBreach => ({
  tenantId,
  ...readItem(FORMAT, item).detail,
});
