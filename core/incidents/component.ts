import { wordsOf } from '../metrics/meaning/metric-meaning.ts';
import type { Incident, IncidentMember } from './incident.ts';
import { subjectOf } from './members.ts';

/**
 * Parts of a system, as a pager rotation divides it. A named managed service takes precedence over the resource that is
 * short in it; `api` covers what callers see: requests, their latency and their failures.
 */
export const COMPONENTS = [
  'compute',
  'memory',
  'storage',
  'network',
  'database',
  'queue',
  'function',
  'api',
  'deployment',
  'unknown',
] as const;
export type Component = (typeof COMPONENTS)[number];

type Known = Exclude<Component, 'unknown'>;
type Rule = readonly [Known, RegExp];

/** Words that name a service: `AWS/RDS`, `orders-db-cpu-high` and `db.client.connections` all name a database. */
const SERVICES: readonly Rule[] = [
  [
    'deployment',
    /\b(deploys?|deployments?|rollouts?|rollbacks?|releases?|canary|crash ?loop(ing|back)?|image pull)\b/,
  ],
  [
    'queue',
    /\b(sqs|sns|kinesis|firehose|kafka|msk|rabbit ?mq|amqp?|messaging|messages?|dlq|dead letters?|iterator age|consumer lag|event bridge|backlog)\b|(?<!\b(disk|volume) )\bqueues?\b/,
  ],
  [
    'database',
    /\b(rds|aurora|dynamo ?db|docdb|mongo ?db|mongo|redshift|neptune|cassandra|elasti ?cache|redis|memcached?|postgres(ql)?|pg|mysql|mariadb|oracle|sql|db|databases?|replica(tion)? lag|deadlocks?|slow quer(y|ies)|cache hit|evictions?|(read|write) capacity|(read|write) throttle|open ?search|elasticsearch)\b/,
  ],
  [
    'function',
    /\b(lambda|faas|functions?|cold ?starts?|concurrent executions|state machine|step functions|states|executions?)\b/,
  ],
  [
    'api',
    /\b(api|apigateway|elb|alb|nlb|load ?balancer|target group|cloud ?front|front ?door|ingress|nginx|envoy|http|https|grpc|rpc|healthy hosts?|un ?healthy hosts?|healthy host|web)\b/,
  ],
  ['network', /\b(nat|vpn|dns|route ?53|transit gateway|direct connect|vpc)\b/],
  ['storage', /\b(s3|ebs|efs|fsx|bucket)\b/],
];

/** Resources of a machine. Disks come before networks because both have reads, writes and bytes. */
const RESOURCES: readonly Rule[] = [
  ['storage', /\b(disk|disks|filesystem|volume|storage|iops|inodes?|partition)\b/],
  ['memory', /\b(memory|mem|ram|heap|swap|paging|oom|gc|garbage)\b/],
  [
    'network',
    /\b(network|net|tcp|udp|packets?|bandwidth|mbps|connections?|conntrack|retransmits?|bytes (in|out))\b/,
  ],
  ['compute', /\b(cpu|processor|load ?\d*|gpu|status check|credit|threads?|instance)\b/],
];

/** Effects that callers see. They show that something is wrong, but not where. */
const SYMPTOMS =
  /\b(latency|duration|response time|request time|errors?|failures?|faults?|5 ?xx|4 ?xx|timeouts?|availability|apdex)\b/;
const TRAFFIC = /\b(requests?|rps|qps|throughput|traffic|invocations?|count)\b/;

const find = (rules: readonly Rule[], text: string): Known | undefined =>
  rules.find(([, pattern]) => pattern.test(text))?.[0];

/** A signal to classify: its metric or alarm name, and its target and namespace if known. */
export interface Subject {
  readonly name: string;
  readonly target?: string;
  /** Such as `AWS/RDS`, or `AWS/RDS CPUUtilization`. */
  readonly namespace?: string;
}

/**
 * The component of one metric or alarm, from the words of its names: a named service first, then a resource. Request
 * metrics belong to the service that their target is named after, else to the API.
 */
export const componentOf = ({ name, target = '', namespace = '' }: Subject): Component => {
  const text = [...wordsOf(namespace), ...wordsOf(name)].join(' ');
  const named = find(SERVICES, text) ?? find(RESOURCES, text);
  if (named !== undefined) return named;
  if (!SYMPTOMS.test(text) && !TRAFFIC.test(text)) return 'unknown';
  return find(SERVICES, wordsOf(target).join(' ')) ?? 'api';
};

export const componentOfMember = (member: IncidentMember): Component =>
  componentOf({
    name: subjectOf(member),
    target: member.targetId,
    ...(member.watches === undefined ? {} : { namespace: member.watches }),
  });

/** Alarms and predictions weigh more than anomalies, which may be harmless. */
const KIND_WEIGHTS: Readonly<Record<IncidentMember['kind'], number>> = {
  alarm: 1,
  'predicted-breach': 0.8,
  anomaly: 0.6,
};
/** Causes precede their effects: a member's weight halves with every 15 minutes after the first member. */
const HALF_LIFE_SECONDS = 900;
/** Slow or failing requests are often an effect of trouble elsewhere. */
const SYMPTOM_WEIGHT = 0.5;

const isSymptom = (member: IncidentMember): boolean => SYMPTOMS.test(wordsOf(subjectOf(member)).join(' '));

const weightOf = (member: IncidentMember, startedAt: number): number =>
  KIND_WEIGHTS[member.kind] *
  member.confidence *
  0.5 ** ((member.firstAt - startedAt) / HALF_LIFE_SECONDS) *
  (isSymptom(member) ? SYMPTOM_WEIGHT : 1);

/**
 * The component with the largest weight of members. Early, confident members that are not mere symptoms weigh most; ties
 * go to the first in `COMPONENTS`. `unknown` only if the component of every member is unknown.
 */
export const componentOfIncident = ({
  members,
  startedAt,
}: Pick<Incident, 'members' | 'startedAt'>): Component => {
  const weights = new Map<Component, number>();
  for (const member of Object.values(members)) {
    const component = componentOfMember(member);
    weights.set(component, (weights.get(component) ?? 0) + weightOf(member, startedAt));
  }
  const known = COMPONENTS.filter((component) => component !== 'unknown' && weights.has(component));
  return known.reduce<Component>(
    (heaviest, component) =>
      weights.get(component)! > (weights.get(heaviest) ?? 0) || heaviest === 'unknown' ? component : heaviest,
    'unknown',
  );
};
