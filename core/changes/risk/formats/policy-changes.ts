/** Statements of policies and rules of security groups that differ between two versions of a resource. */
import * as z from 'zod';
import type { PlannedGrant, PlannedRule } from '../engine/planned-resource.ts';

/** A resource before and after, as the JSON text that CloudFormation gives; left out where it gives none. */
export interface ResourceVersions {
  readonly stack: string;
  readonly type: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const Fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof Fields>;

const parsed = (text: string | undefined): Fields => {
  if (text === undefined) return {};
  try {
    const fields = Fields.safeParse(JSON.parse(text));
    return fields.success ? fields.data : {};
  } catch {
    // CloudFormation cuts long values: what cannot be read is as unknown as what is not given.
    return {};
  }
};

const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const fieldsOf = (value: unknown): Fields => Fields.safeParse(value).data ?? {};
/** References are kept as their JSON, so that equal ones stay equal. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Every value under the name `field`, however deep. */
const valuesNamed = (field: string, value: unknown): unknown[] => {
  if (Array.isArray(value)) return value.flatMap((each) => valuesNamed(field, each));
  const own = fieldsOf(value);
  return Object.entries(own).flatMap(([name, inner]) =>
    name === field ? asList(inner) : valuesNamed(field, inner),
  );
};

/** What is in one list and not in the other, compared by content. */
const without = (list: readonly unknown[], other: readonly unknown[]): unknown[] => {
  const known = new Set(other.map((each) => JSON.stringify(each)));
  return list.filter((each) => !known.has(JSON.stringify(each)));
};

const principalsOf = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return Object.entries(fieldsOf(value)).flatMap(([kind, names]) =>
    asList(names).map((name) => `${kind}:${asText(name)}`),
  );
};

/** Whether a condition, as text, is about encrypted transport and nothing else: a denial under it takes nothing away. */
export const isAboutTransport = (condition: string): boolean => {
  const keys = condition.match(/[\w-]+:[\w/-]+/g) ?? [];
  return keys.length > 0 && keys.every((key) => key === 'aws:SecureTransport');
};

/** Rules of firewalls have statements, too; those of policies have an effect. */
const isStatement = (value: unknown): boolean => {
  const { Effect: effect, Condition: condition } = fieldsOf(value);
  return effect !== undefined && !(effect === 'Deny' && isAboutTransport(JSON.stringify({ condition })));
};

const statementGrant = (stack: string, given: boolean, statement: unknown): PlannedGrant => {
  const fields = fieldsOf(statement);
  const texts = (name: string, inverse: string): string[] =>
    fields[inverse] === undefined ? asList(fields[name]).map(asText) : ['*'];
  return {
    stack,
    given,
    effect: fields.Effect === 'Deny' ? 'deny' : 'allow',
    actions: texts('Action', 'NotAction'),
    resources: texts('Resource', 'NotResource'),
    principals: fields.NotPrincipal === undefined ? principalsOf(fields.Principal) : ['*'],
    isConditional: fields.Condition !== undefined,
  };
};

/** A managed policy is a grant whose actions are known by its name only. */
export const managedGrant = (stack: string, given: boolean, policy: string): PlannedGrant => ({
  ...{ stack, given, effect: 'allow', actions: [policy], resources: [], principals: [] },
  isConditional: false,
});

/** Grants given and taken away by one resource; none where its versions are unknown. */
export const grantsBetween = ({ stack, before, after }: ResourceVersions): PlannedGrant[] => {
  const [old, fresh] = [parsed(before), parsed(after)];
  const changed = (name: string, given: boolean): unknown[] =>
    given
      ? without(valuesNamed(name, fresh), valuesNamed(name, old))
      : without(valuesNamed(name, old), valuesNamed(name, fresh));
  return [true, false].flatMap((given) => [
    ...changed('Statement', given)
      .filter(isStatement)
      .map((statement) => statementGrant(stack, given, statement)),
    ...changed('ManagedPolicyArns', given).map((policy) => managedGrant(stack, given, asText(policy))),
  ]);
};

const portsOf = ({ IpProtocol: protocol, FromPort: from, ToPort: to }: Fields): string => {
  if (protocol === undefined || String(protocol) === '-1') return 'Everything';
  const name = String(protocol).toUpperCase();
  if (from === undefined) return name;
  return from === to || to === undefined
    ? `${name} ${String(from)}`
    : `${name} ${String(from)}-${String(to)}`;
};

const PEERS = [
  'CidrIp',
  'CidrIpv6',
  'SourceSecurityGroupId',
  'DestinationSecurityGroupId',
  'SourcePrefixListId',
  'DestinationPrefixListId',
] as const;

const peerOf = (rule: Fields): string => {
  const named = PEERS.find((name) => rule[name] !== undefined);
  return named === undefined ? 'unknown' : asText(rule[named]);
};

const rulesOf = (type: string, version: Fields, flow: PlannedRule['flow']): unknown[] => {
  const name = flow === 'in' ? 'SecurityGroupIngress' : 'SecurityGroupEgress';
  const properties = fieldsOf(version.Properties);
  if (type === 'AWS::EC2::SecurityGroup') return asList(properties[name]);
  return type === `AWS::EC2::${name}` && version.Properties !== undefined ? [properties] : [];
};

/** Rules of a security group that come and go; none where its versions are unknown. */
export const rulesBetween = ({ stack, type, before, after }: ResourceVersions): PlannedRule[] => {
  const [old, fresh] = [parsed(before), parsed(after)];
  return (['in', 'out'] as const).flatMap((flow) => {
    const [was, will] = [rulesOf(type, old, flow), rulesOf(type, fresh, flow)];
    const told = (added: boolean, rules: unknown[]): PlannedRule[] =>
      rules.map(fieldsOf).map((rule) => ({ stack, added, flow, ports: portsOf(rule), peer: peerOf(rule) }));
    return [...told(true, without(will, was)), ...told(false, without(was, will))];
  });
};
