/** Messages of queues, topics and the event bus, by the function that reads them. */
import { type Incoming, parseMessage } from '../../../core/incidents/intake/incoming.ts';
import { parsePointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import { readTrigger, type Trigger } from '../../../core/remediation/runs/read-trigger.ts';
import { TargetId, TenantId } from '../../../core/shared/identifiers.ts';
import { readReference } from '../../../functions/incidents/diagnose-incident/reference.ts';
import { formOf } from '../../../functions/remediation/command-remediations/link-routes.ts';
import { readHttpRequest } from '../../../functions/runtime/http-request.ts';
import { type FuzzedParser, holds, isSound, parser } from './parser.ts';
import { damagedText, pick, type Random } from './random-input.ts';
import { jsonText } from './random-json.ts';

const TIME = '2026-11-21T10:05:00.000Z';
const OF_TENANT = { id: 'e', tenantId: 'acme', occurredAt: TIME, targetId: 'web-1', metric: 'cpu_percent' };

const event = (type: string, detail: object) => ({
  ...{ version: '0', id: 'e-1', 'detail-type': type, source: 'forestall.anomalies', time: TIME, detail },
});

const ANOMALY = {
  ...OF_TENANT,
  ...{ timestamp: TIME, since: TIME, value: 97.2, score: 5.4, kind: 'behavioural', oneIn: 8640 },
  ...{ expected: null, reason: 'unusual' },
};
const BREACH = {
  ...OF_TENANT,
  ...{ runId: 'r', probability: 0.83, severity: 'warning', risk: 49, reason: 'raised', since: TIME },
  ...{ threshold: { direction: 'above', limit: 80 }, timeToImpactSeconds: { p10: 1, p50: 2, p90: 3 } },
};
const ALARM_DATA = {
  alarmName: 'Too high',
  state: { value: 'ALARM', timestamp: TIME, reasonData: '{"triggeringAlarms":[{"arn":"a:b:c:d:e:f:g"}]}' },
  configuration: {
    metrics: [
      { metricStat: { metric: { namespace: 'AWS/EC2', name: 'CPU', dimensions: { InstanceId: 'i-1' } } } },
    ],
  },
};
const SNS_ALARM = {
  ...{ AlarmName: 'Too high', NewStateValue: 'ALARM', StateChangeTime: '2026-11-21T10:05:00.985+0000' },
  Trigger: { MetricName: 'CPU', Namespace: 'AWS/EC2', Dimensions: [{ name: 'InstanceId', value: 'i-1' }] },
  TriggeringChildren: [{ Arn: 'arn:aws:cloudwatch:eu-west-1:1:alarm:x' }],
};
const CHANGE = {
  ...{ kind: 'change', signalId: 'c', tenantId: 'acme', targetId: 'web-1', at: 1_795_255_500, summary: 'v2' },
};

const SIGNALS: readonly object[] = [
  event('AnomalyDetected', ANOMALY),
  event('AnomalyEnded', { ...OF_TENANT, timestamp: TIME, endedAt: TIME }),
  event('BreachPredicted', BREACH),
  event('BreachCleared', { ...BREACH }),
  event('CloudWatch Alarm State Change', ALARM_DATA),
  { source: 'aws.cloudwatch', alarmData: ALARM_DATA },
  { version: '1.0', requestPayload: { source: 'aws.cloudwatch', alarmData: ALARM_DATA } },
  SNS_ALARM,
  { Type: 'Notification', Message: JSON.stringify(SNS_ALARM) },
  { signal: CHANGE },
  { quietCheck: 'acme' },
];

const POINTER = {
  ...{ tenantId: 'acme', requestId: 'r', key: 'raw/tenant=acme/r.json', format: 'json' },
  ...{ contentType: 'application/json', gzip: false, receivedAt: 1_795_255_500_000, query: { target: 'a' } },
  refusedTargets: ['web-1'],
};
const INCIDENT = event('IncidentOpened', { tenantId: 'acme', incidentId: '2026-11-21T10-05-00Z-web-1' });

const PROPOSAL = {
  ...{ id: 'p', tenantId: 'acme', occurredAt: TIME, evidence: ['slow'], confidence: 0.8, expiresAt: TIME },
  plan: { action: 'roll-back-deployment', targetId: 'web-1', changeId: 'c-1', from: '2', to: '1' },
};
const TRIGGERS: readonly object[] = [
  event('BreachPredicted', BREACH),
  event('RemediationProposed', PROPOSAL),
  INCIDENT,
  event('CloudWatch Alarm State Change', ALARM_DATA),
  SNS_ALARM,
  {
    alert: { tenantId: 'acme', source: 'webhook', name: 'disk full', state: 'begun', sentAt: 1_795_255_500 },
  },
];

const checkTrigger = (trigger: Trigger): void => {
  isSound(JSON.parse(JSON.stringify(trigger)));
  holds(TenantId.safeParse(trigger.tenantId).success, 'the syntax of tenants');
};

const checkIncoming = (incoming: Incoming): void => {
  isSound(JSON.parse(JSON.stringify(incoming)));
  const { tenantId } = incoming.kind === 'signal' ? incoming.signal : incoming;
  holds(TenantId.safeParse(tenantId).success, 'the syntax of tenants');
  if (incoming.kind !== 'signal') return;
  const { targetId, at, signalId } = incoming.signal;
  holds(TargetId.safeParse(targetId).success, 'the syntax of targets');
  holds(Number.isFinite(at) && signalId !== '', 'a time and an id');
};

const textOf = (samples: readonly object[]) => (random: Random) =>
  jsonText(random, () => pick(random, samples));

/** A parser for each function that reads a queue. */
export const MESSAGE_PARSERS: Readonly<Record<string, FuzzedParser>> = {
  'group-signals': parser(
    'messages of group-signals',
    textOf(SIGNALS),
    (body) => parseMessage(body, 'ours'),
    checkIncoming,
  ),
  'store-metrics': parser('messages of store-metrics', textOf([POINTER]), parsePointer, ({ tenantId, key }) =>
    holds(key.startsWith(`raw/tenant=${tenantId}/`), 'an object of the tenant'),
  ),
  'diagnose-incident': parser(
    'messages of diagnose-incident',
    textOf([INCIDENT]),
    readReference,
    ({ tenantId, incidentId }) =>
      holds(TenantId.safeParse(tenantId).success && incidentId !== '', 'a tenant and an incident'),
  ),
  'start-remediations': parser(
    'messages of start-remediations',
    textOf(TRIGGERS),
    (body) => readTrigger(body, 'ours'),
    checkTrigger,
  ),
};

const FORM = 'application/x-www-form-urlencoded';

/** The form of the page of an approval link. */
export const FORM_PARSER: FuzzedParser = parser(
  `answerByLink as ${FORM}`,
  (random: Random) => damagedText(random, 'answer=approved&reason=it+helps'),
  (body) =>
    formOf(
      readHttpRequest({
        ...{ rawPath: '/v1/approvals/a.b', rawQueryString: '', headers: { 'content-type': FORM }, body },
        requestContext: { requestId: 'fuzz', http: { method: 'POST' } },
      }),
    ),
  (answer) => isSound(answer),
);
