/** Reads what may lead to a remediation: events of Forestall, CloudWatch alarms, and requests of people and webhooks. */
import * as z from 'zod';
import { RemediationProposed } from '../../changes/events.ts';
import { BreachPredicted } from '../../forecasts/events.ts';
import { type AlarmFacts, factsOfAlarmData, factsOfSnsAlarm } from '../../incidents/intake/alarm-facts.ts';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { MetricName, TargetId, TenantId } from '../../shared/identifiers.ts';
import { parseJson } from '../../shared/read-messages.ts';
import { AlertSource, Cause } from '../cause.ts';

/**
 * A cause that is complete, an incident or a remediation that ended whose record says the rest, or an alert that began or
 * ended.
 */
export type Trigger =
  | { readonly kind: 'cause'; readonly tenantId: string; readonly cause: Cause; readonly isDryRun: boolean }
  | { readonly kind: 'incident'; readonly tenantId: string; readonly incidentId: string }
  | { readonly kind: 'ended'; readonly tenantId: string; readonly remediationId: string }
  | {
      readonly kind: 'alert';
      readonly tenantId: string;
      readonly source: AlertSource;
      readonly name: string;
      readonly state: 'begun' | 'ended';
      /** Time of the sender, epoch seconds. */
      readonly sentAt: number;
    };

/** Requests that other functions of Forestall put into the queue. */
const Requested = z.strictObject({
  remediation: z.strictObject({ tenantId: TenantId, cause: Cause, isDryRun: z.boolean() }),
});
const Alerted = z.strictObject({
  alert: z.strictObject({
    tenantId: TenantId,
    source: AlertSource,
    name: z.string().min(1).max(256),
    state: z.enum(['begun', 'ended']),
    sentAt: z.number().int().nonnegative(),
  }),
});
const BusEvent = z.object({ 'detail-type': z.string(), detail: z.unknown() });
/** Which kind of message it is: the fields that tell it apart. */
const Fields = z.object({
  remediation: z.unknown().optional(),
  alert: z.unknown().optional(),
  'detail-type': z.unknown().optional(),
});
const IncidentDetail = z.object({ tenantId: TenantId, incidentId: z.string().min(1) });
const RemediationDetail = z.object({ tenantId: TenantId, remediationId: z.string().min(1) });
const Breach = BreachPredicted.extend({ tenantId: TenantId, targetId: TargetId, metric: MetricName });
const Proposal = RemediationProposed.extend({ tenantId: TenantId });

const parse = <Schema extends z.ZodType>(what: string, schema: Schema, input: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(`${what}: ${describeIssues(parsed.error)}`);
  return parsed.data;
};

const alarmTrigger = (ownTenant: string, { alarmName, state, at }: AlarmFacts): Trigger => ({
  ...{ kind: 'alert', tenantId: ownTenant, source: 'cloudwatch', name: alarmName },
  ...{ state: state === 'ALARM' ? 'begun' : 'ended', sentAt: at },
});

const causeOf = (tenantId: string, cause: Cause): Trigger => ({
  ...{ kind: 'cause', tenantId, cause, isDryRun: false },
});

const breachTrigger = (detail: unknown): Trigger => {
  const { tenantId, targetId, metric, since } = parse('BreachPredicted', Breach, detail);
  const seconds = Math.floor(Date.parse(since) / 1000);
  return causeOf(tenantId, { kind: 'predicted-breach', targetId, metric, since: seconds });
};

const proposalTrigger = (detail: unknown): Trigger => {
  const { tenantId, plan } = parse('RemediationProposed', Proposal, detail);
  const { changeId, targetId } = plan;
  return causeOf(tenantId, { kind: 'unhealthy-deployment', changeId, targetId });
};

const eventTrigger = (type: string, detail: unknown, ownTenant: string): Trigger => {
  switch (type) {
    case 'BreachPredicted':
      return breachTrigger(detail);
    case 'RemediationProposed':
      return proposalTrigger(detail);
    case 'IncidentOpened':
    case 'IncidentUpdated':
      return { kind: 'incident', ...parse(type, IncidentDetail, detail) };
    case 'RemediationVerified':
    case 'RemediationBlocked':
      return { kind: 'ended', ...parse(type, RemediationDetail, detail) };
    case 'CloudWatch Alarm State Change':
      return alarmTrigger(ownTenant, factsOfAlarmData(detail));
    default:
      throw new InvalidInputError(`found event "${type}", which starts no remediation`);
  }
};

/**
 * Reads the text of a queue message. Alarms carry no tenant: they belong to `ownTenant`. What an alert is about is not
 * read, because its sender chooses nothing.
 * @throws InvalidInputError for anything but the known messages
 */
export const readTrigger = (body: string, ownTenant: string): Trigger => {
  const message = parseJson(body);
  const fields = Fields.safeParse(message).data ?? {};
  if ('remediation' in fields) return { kind: 'cause', ...parse('request', Requested, message).remediation };
  if ('alert' in fields) return { kind: 'alert', ...parse('alert', Alerted, message).alert };
  if (!('detail-type' in fields)) return alarmTrigger(ownTenant, factsOfSnsAlarm(message));
  const event = parse('event', BusEvent, message);
  return eventTrigger(event['detail-type'], event.detail, ownTenant);
};
