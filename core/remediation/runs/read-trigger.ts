/** Reads what may lead to a remediation from the queue: events of Forestall, and CloudWatch alarms. */
import * as z from 'zod';
import { RemediationProposed } from '../../changes/events.ts';
import { BreachPredicted } from '../../forecasts/events.ts';
import { type AlarmFacts, factsOfAlarmData, factsOfSnsAlarm } from '../../incidents/intake/alarm-facts.ts';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { MetricName, TargetId, TenantId } from '../../shared/identifiers.ts';
import { parseJson } from '../../shared/read-messages.ts';
import { PlainLine } from '../../shared/text.ts';
import type { AlertSource, Cause } from '../cause.ts';

/**
 * A cause that is complete, an incident or a remediation that ended whose record says the rest, or an alert that began or
 * ended.
 */
export type Trigger =
  | { readonly kind: 'cause'; readonly tenantId: string; readonly cause: Cause }
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

const BusEvent = z.object({ 'detail-type': z.string(), detail: z.unknown() });
/** An event has it; alarms from a topic do not. */
const Fields = z.object({ 'detail-type': z.unknown().optional() });
/** Stored, and shown to people. */
const Name = PlainLine.min(1).max(300);
const IncidentDetail = z.object({ tenantId: TenantId, incidentId: Name });
const RemediationDetail = z.object({ tenantId: TenantId, remediationId: z.string().min(1) });
const Breach = BreachPredicted.extend({ tenantId: TenantId, targetId: TargetId, metric: MetricName });
const Proposal = RemediationProposed.extend({ tenantId: TenantId });

const parse = <Schema extends z.ZodType>(what: string, schema: Schema, input: unknown): z.infer<Schema> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new InvalidInputError(`${what}: ${describeIssues(parsed.error)}`);
  return parsed.data;
};

const alarmTrigger = (ownTenant: string, { alarmName, state, at }: AlarmFacts): Trigger => ({
  ...{ kind: 'alert', tenantId: ownTenant, source: 'cloudwatch', name: parse('alarm', Name, alarmName) },
  ...{ state: state === 'ALARM' ? 'begun' : 'ended', sentAt: at },
});

const causeOf = (tenantId: string, cause: Cause): Trigger => ({
  ...{ kind: 'cause', tenantId, cause },
});

const breachTrigger = (detail: unknown): Trigger => {
  const { tenantId, targetId, metric, since } = parse('BreachPredicted', Breach, detail);
  const seconds = Math.floor(Date.parse(since) / 1000);
  return causeOf(tenantId, { kind: 'predicted-breach', targetId, metric, since: seconds });
};

const proposalTrigger = (detail: unknown): Trigger => {
  const { tenantId, plan } = parse('RemediationProposed', Proposal, detail);
  const changeId = parse('RemediationProposed', Name, plan.changeId);
  return causeOf(tenantId, {
    ...{ kind: 'unhealthy-deployment', changeId },
    targetId: parse('RemediationProposed', TargetId, plan.targetId),
  });
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
 * read, because its sender chooses nothing; nor are requests of people, because whoever may send to the queue, or publish
 * to the topic before it, could make them in any name.
 * @throws InvalidInputError for anything but the known messages
 */
export const readTrigger = (body: string, ownTenant: string): Trigger => {
  const message = parseJson(body);
  const fields = Fields.safeParse(message).data ?? {};
  if (!('detail-type' in fields)) return alarmTrigger(ownTenant, factsOfSnsAlarm(message));
  const event = parse('event', BusEvent, message);
  return eventTrigger(event['detail-type'], event.detail, ownTenant);
};
