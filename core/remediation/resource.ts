/** Resources that actions change. Each has one spelling, so that limits and locks of a resource cannot be avoided. */
import * as z from 'zod';

/** The name is part of a path: without its first character it could be `..`, which is the namespace. */
const CLUSTER_OBJECT = /^[a-z0-9-]{1,63}\/[a-z0-9-]{1,63}\/[a-z0-9][a-z0-9.-]{0,252}$/;

/**
 * The kinds of resources, and the syntax of the names that identify one within the account and region of a deployment
 * (within its cluster, for Kubernetes). Parts are separated by `/`.
 */
export const RESOURCE_NAMES = {
  'auto-scaling-group': /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  'ec2-instance': /^i-[0-9a-f]{8,17}$/,
  /** Cluster, service. */
  'ecs-service': /^[A-Za-z0-9][A-Za-z0-9._-]*\/[A-Za-z0-9][A-Za-z0-9._-]*$/,
  /** Function, alias. */
  'lambda-alias': /^[A-Za-z0-9_-]{1,64}\/[A-Za-z0-9_-]{1,128}$/,
  'lambda-function': /^[A-Za-z0-9_-]{1,64}$/,
  'rds-instance': /^[a-z][a-z0-9-]{0,62}$/,
  /** Load balancer (`app/<name>/<id>`), id of its listener. */
  'load-balancer-listener': /^app\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}\/[0-9a-f]{16}$/,
  'cloudfront-distribution': /^[A-Z0-9]{10,20}$/,
  /** Application, environment, configuration profile: ids. */
  'appconfig-profile': /^[a-z0-9]{4,7}\/[a-z0-9]{4,7}\/[a-z0-9]{4,7}$/,
  'sqs-queue': /^[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/,
  'state-machine': /^[A-Za-z0-9_-]{1,80}$/,
  /** An SSM document or automation runbook. */
  'ssm-document': /^[A-Za-z0-9_.-]{3,128}$/,
  /** Cluster, namespace, name. */
  'kubernetes-deployment': CLUSTER_OBJECT,
  'kubernetes-pod': CLUSTER_OBJECT,
  /** An integration of the stage (`secrets.integrations`). */
  integration: /^[a-z][a-z0-9-]{1,30}$/,
} as const satisfies Readonly<Record<string, RegExp>>;
export type ResourceKind = keyof typeof RESOURCE_NAMES;
export const RESOURCE_KINDS = Object.keys(RESOURCE_NAMES) as readonly ResourceKind[];

const isKind = (kind: string): kind is ResourceKind => Object.hasOwn(RESOURCE_NAMES, kind);

/** `<kind>:<name>`, such as `ecs-service:shop/checkout`. Names are case-sensitive; ARNs and wildcards are refused. */
export const ResourceId = z.string().refine(
  (id) => {
    const colon = id.indexOf(':');
    const kind = id.slice(0, colon);
    return isKind(kind) && RESOURCE_NAMES[kind].test(id.slice(colon + 1));
  },
  { error: `expected <kind>:<name> with one of the kinds ${RESOURCE_KINDS.join(', ')}` },
);

/** A valid id, taken apart. @throws if the id is not valid */
export const readResourceId = (id: string): { readonly kind: ResourceKind; readonly name: string } => {
  const valid = ResourceId.parse(id);
  const colon = valid.indexOf(':');
  return { kind: valid.slice(0, colon) as ResourceKind, name: valid.slice(colon + 1) };
};
