/** Finds the policy statements and security group rules that differ between two versions of a resource. */

import * as z from 'zod';
import { parseJson } from '../../../shared/parse-json.ts';
import type { PlannedGrant, PlannedRule } from '../engine/planned-resource.ts';

/** A resource before and after the change, as CloudFormation's JSON text; undefined if CloudFormation omits it. */
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
    const fields = Fields.safeParse(parseJson(text));
    return fields.success ? fields.data : {};
  } catch {
    // CloudFormation truncates long values. An unreadable value is treated like an omitted one.
    return {};
  }
};

const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const fieldsOf = (value: unknown): Fields => Fields.safeParse(value).data ?? {};
/** Keeps references as JSON, so that equal ones stay equal. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Every value with the name `field` at any depth. */
const valuesNamed = (field: string, value: unknown): unknown[] => {
  if (Array.isArray(value)) return value.flatMap((each) => valuesNamed(field, each));
  const own = fieldsOf(value);
  return Object.entries(own).flatMap(([name, inner]) =>
    name === field ? asList(inner) : valuesNamed(field, inner),
  );
};

/** Items of one list that are not in the other, compared by content. */
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

/** True if a condition (as text) is only about encrypted transport: a denial under it removes no access. */
export const isAboutTransport = (condition: string): boolean => {
  const keys = (condition.match(/[\w:/-]+/g) ?? []).filter((word) => /[\w-]:[\w/-]/.test(word));
  return keys.length > 0 && keys.every((key) => key === 'aws:SecureTransport');
};

/** Firewall rules have statements too, but only policy statements have an effect. */
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

/** A managed policy, as a grant whose only action is the name of the policy. */
export const managedGrant = (stack: string, given: boolean, policy: string): PlannedGrant => ({
  ...{ stack, given, effect: 'allow', actions: [policy], resources: [], principals: [] },
  isConditional: false,
});

/** Grants that one resource adds and removes; none if its versions are unknown. */
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

/** Security group rules that are added and removed; none if the versions are unknown. */
export const rulesBetween = ({ stack, type, before, after }: ResourceVersions): PlannedRule[] => {
  const [old, fresh] = [parsed(before), parsed(after)];
  return (['in', 'out'] as const).flatMap((flow) => {
    const [was, will] = [rulesOf(type, old, flow), rulesOf(type, fresh, flow)];
    const planned = (added: boolean, rules: unknown[]): PlannedRule[] =>
      rules.map(fieldsOf).map((rule) => ({ stack, added, flow, ports: portsOf(rule), peer: peerOf(rule) }));
    return [...planned(true, without(will, was)), ...planned(false, without(was, will))];
  });
};
