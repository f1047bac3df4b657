/** Reads the messages of the signals queue and of the function behind it. */

import * as z from 'zod';
import { AnomalyDetected, AnomalyEnded } from '../../anomalies/events.ts';
import { BreachCleared, BreachPredicted } from '../../forecasts/events.ts';
import { contentHash } from '../../shared/content-hash.ts';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { MetricName, TargetId, TenantId } from '../../shared/identifiers.ts';
import { parseJson } from '../../shared/read-messages.ts';
import { StorableText } from '../../shared/text.ts';
import {
  type AnomalyEndSignal,
  type AnomalySignal,
  type BreachEndSignal,
  type BreachSignal,
  confidenceOfAnomaly,
  type Signal,
} from '../signal.ts';
import { ALARM_STATES, factsOfAlarmData, factsOfSnsAlarm } from './alarm-facts.ts';
import { alarmSignal } from './alarm-signal.ts';

/** A signal, or a request to check a tenant's incidents for quiet ones. */
export type Incoming =
  | { readonly kind: 'signal'; readonly signal: Signal }
  | { readonly kind: 'quiet-check'; readonly tenantId: string };

const ownFields = {
  signalId: StorableText.min(1),
  tenantId: TenantId,
  targetId: TargetId,
  at: z.number(),
  causeKeys: z.array(StorableText).exactOptional(),
};
const OwnSignal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('change'), ...ownFields, summary: StorableText }),
  z.object({
    kind: z.literal('alarm'),
    ...ownFields,
    alarmName: StorableText.min(1),
    state: z.enum(ALARM_STATES),
  }),
]);

const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000);

const parse = <Schema extends z.ZodType>(name: string, schema: Schema, input: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(`${name}: ${describeIssues(parsed.error)}`);
  return parsed.data;
};

/** Events name what is stored: other principals of the account can put events on the bus, too. */
const named = { tenantId: TenantId, targetId: TargetId, metric: MetricName };
const NamedAnomaly = AnomalyDetected.extend({
  ...named,
  causeKeys: z.array(StorableText).optional(),
});
const NamedEnd = AnomalyEnded.extend(named);

const anomalySignal = (detail: unknown): AnomalySignal => {
  const { id, tenantId, targetId, metric, timestamp, oneIn, causeKeys } = parse(
    'AnomalyDetected',
    NamedAnomaly,
    detail,
  );
  const confidence = confidenceOfAnomaly(oneIn);
  const signalId = `anomaly-${contentHash(id)}`;
  return {
    ...{ kind: 'anomaly', signalId, tenantId, targetId, at: seconds(timestamp), metric, confidence },
    ...(causeKeys === undefined ? {} : { causeKeys }),
  };
};

const anomalyEndSignal = (detail: unknown): AnomalyEndSignal => {
  const { id, tenantId, targetId, metric, endedAt } = parse('AnomalyEnded', NamedEnd, detail);
  const signalId = `anomaly-end-${contentHash(id)}`;
  return { kind: 'anomaly-end', signalId, tenantId, targetId, at: seconds(endedAt), metric };
};

/** Events of an earlier release, which may still be queued, have neither field. */
const PredictedBreach = BreachPredicted.omit({ since: true, reason: true }).extend(named);
const NamedCleared = BreachCleared.extend(named);

const breachSignal = (detail: unknown): BreachSignal => {
  const breach = parse('BreachPredicted', PredictedBreach, detail);
  const { id, tenantId, targetId, metric, occurredAt, probability, timeToImpactSeconds } = breach;
  return {
    kind: 'predicted-breach',
    signalId: `breach-${contentHash(id)}`,
    tenantId,
    targetId,
    at: seconds(occurredAt),
    metric,
    probability,
    timeToImpactSeconds: timeToImpactSeconds?.p50 ?? null,
  };
};

const breachEndSignal = (detail: unknown): BreachEndSignal => {
  const { id, tenantId, targetId, metric, occurredAt } = parse('BreachCleared', NamedCleared, detail);
  const signalId = `breach-end-${contentHash(id)}`;
  return { kind: 'predicted-breach-end', signalId, tenantId, targetId, at: seconds(occurredAt), metric };
};

const ALARM_DETAIL_TYPE = 'CloudWatch Alarm State Change';
const Envelope = z.union([
  z
    .object({ signal: z.unknown().refine((value) => value !== undefined) })
    .transform((m) => ({ form: 'own' as const, ...m })),
  z.object({ quietCheck: TenantId }).transform((m) => ({ form: 'quiet-check' as const, ...m })),
  z
    .object({ 'detail-type': z.string(), detail: z.unknown() })
    .transform((m) => ({ form: 'event' as const, type: m['detail-type'], detail: m.detail })),
  z
    .object({ alarmData: z.unknown().refine((value) => value !== undefined) })
    .transform((m) => ({ form: 'alarm' as const, ...m })),
  z
    .object({ Type: z.literal('Notification'), Message: z.string() })
    .transform((m) => ({ form: 'sns' as const, ...m })),
  z
    .object({ requestPayload: z.unknown().refine((value) => value !== undefined) })
    .transform((m) => ({ form: 'failed' as const, ...m })),
  z
    .object({ AlarmName: z.string() })
    .loose()
    .transform((m) => ({ form: 'sns-alarm' as const, alarm: m as unknown })),
]);

const signalOfEvent = (type: string, detail: unknown, ownTenant: string): Signal => {
  if (type === 'AnomalyDetected') return anomalySignal(detail);
  if (type === 'AnomalyEnded') return anomalyEndSignal(detail);
  if (type === 'BreachPredicted') return breachSignal(detail);
  if (type === 'BreachCleared') return breachEndSignal(detail);
  if (type === ALARM_DETAIL_TYPE) return alarmSignal(ownTenant, factsOfAlarmData(detail));
  const expected = `AnomalyDetected, AnomalyEnded, BreachPredicted, BreachCleared or ${ALARM_DETAIL_TYPE}`;
  throw new InvalidInputError(`found event "${type}", expected ${expected}`);
};

/**
 * Reads one message: an EventBridge event; a CloudWatch alarm as an SNS notification (with or without its envelope) or as
 * a direct invocation; Lambda's record of a failed direct invocation; a change or an alert of another system; or a request for a quiet check. Alarms
 * carry no tenant: they belong to `ownTenant`.
 * @throws InvalidInputError for anything else
 */
export const parseIncoming = (message: unknown, ownTenant: string): Incoming => {
  const envelope = parse('signal', Envelope, message);
  switch (envelope.form) {
    case 'quiet-check':
      return { kind: 'quiet-check', tenantId: envelope.quietCheck };
    case 'own':
      return { kind: 'signal', signal: parse('signal', OwnSignal, envelope.signal) };
    case 'event':
      return { kind: 'signal', signal: signalOfEvent(envelope.type, envelope.detail, ownTenant) };
    case 'alarm':
      return { kind: 'signal', signal: alarmSignal(ownTenant, factsOfAlarmData(envelope.alarmData)) };
    case 'sns':
      return parseIncoming(parseJson(envelope.Message), ownTenant);
    case 'failed':
      return parseIncoming(envelope.requestPayload, ownTenant);
    case 'sns-alarm':
      return { kind: 'signal', signal: alarmSignal(ownTenant, factsOfSnsAlarm(envelope.alarm)) };
  }
};

/** Reads the text of a queue message. @throws InvalidInputError for anything but the known messages */
export const parseMessage = (body: string, ownTenant: string): Incoming =>
  parseIncoming(parseJson(body), ownTenant);
