import { wordsOf } from '../metrics/meaning/metric-meaning.ts';
import type { Incident, IncidentMember } from './incident.ts';

/**
 * The part of a system that something is about: whom its owner would call. A managed service that is named comes before
 * the resource that runs short in it; `api` is what callers see, requests and their latency and failures.
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

/** Names of services, as words: `AWS/RDS`, `orders-db-cpu-high` and `db.client.connections` all name a database. */
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

/** Resources of a machine. Disks before networks: both have reads, writes and bytes. */
const RESOURCES: readonly Rule[] = [
  ['storage', /\b(disk|disks|filesystem|volume|storage|iops|inodes?|partition)\b/],
  ['memory', /\b(memory|mem|ram|heap|swap|paging|oom|gc|garbage)\b/],
  [
    'network',
    /\b(network|net|tcp|udp|packets?|bandwidth|mbps|connections?|conntrack|retransmits?|bytes (in|out))\b/,
  ],
  ['compute', /\b(cpu|processor|load ?\d*|gpu|status check|credit|threads?|instance)\b/],
];

/** What callers see; on its own it says that something hurts, and not what. */
const SYMPTOMS =
  /\b(latency|duration|response time|request time|errors?|failures?|faults?|5 ?xx|4 ?xx|timeouts?|availability|apdex)\b/;
const TRAFFIC = /\b(requests?|rps|qps|throughput|traffic|invocations?|count)\b/;

const find = (rules: readonly Rule[], text: string): Known | undefined =>
  rules.find(([, pattern]) => pattern.test(text))?.[0];

/** What is known of one signal: its metric or alarm name, and where they are known the target and the namespace. */
export interface Subject {
  readonly name: string;
  readonly target?: string;
  /** Such as `AWS/RDS`, or `AWS/RDS CPUUtilization`. */
  readonly namespace?: string;
}

/**
 * The component of one metric or alarm, from words alone: a named service first, then the resource; requests belong to
 * what their target is named for, else to the API.
 */
export const componentOf = ({ name, target = '', namespace = '' }: Subject): Component => {
  const text = [...wordsOf(namespace), ...wordsOf(name)].join(' ');
  const named = find(SERVICES, text) ?? find(RESOURCES, text);
  if (named !== undefined) return named;
  if (!SYMPTOMS.test(text) && !TRAFFIC.test(text)) return 'unknown';
  return find(SERVICES, wordsOf(target).join(' ')) ?? 'api';
};

/** Metric or alarm name of a member: the last part of its key. */
const nameOf = ({ key }: IncidentMember): string => {
  const parts: unknown = JSON.parse(key);
  return Array.isArray(parts) ? String(parts.at(-1)) : '';
};

export const componentOfMember = (member: IncidentMember): Component =>
  componentOf({
    name: nameOf(member),
    target: member.targetId,
    ...(member.watches === undefined ? {} : { namespace: member.watches }),
  });

/** What an alarm or a sure prediction says counts more than what is merely unusual. */
const KIND_WEIGHTS: Readonly<Record<IncidentMember['kind'], number>> = {
  alarm: 1,
  'predicted-breach': 0.8,
  anomaly: 0.6,
};
/** Causes come before their effects: a member's weight halves with every quarter of an hour after the first. */
const HALF_LIFE_SECONDS = 900;
/** Slow or failing requests are how the trouble of others shows. */
const SYMPTOM_WEIGHT = 0.5;

const isSymptom = (member: IncidentMember): boolean => SYMPTOMS.test(wordsOf(nameOf(member)).join(' '));

const weightOf = (member: IncidentMember, startedAt: number): number =>
  KIND_WEIGHTS[member.kind] *
  member.confidence *
  0.5 ** ((member.firstAt - startedAt) / HALF_LIFE_SECONDS) *
  (isSymptom(member) ? SYMPTOM_WEIGHT : 1);

/**
 * The component of an incident: that of most of its members by weight, where what began first, is surest and is no mere
 * symptom weighs most. Equal weights: the one that comes first in `COMPONENTS`. `unknown` only where all members are.
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
    (most, component) =>
      weights.get(component)! > (weights.get(most) ?? 0) || most === 'unknown' ? component : most,
    'unknown',
  );
};
