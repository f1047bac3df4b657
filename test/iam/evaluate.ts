import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Policies, Statement } from './policies.ts';
import { ACCOUNT } from './resource-names.ts';

/** Condition keys that calls carry. A policy with another key would be evaluated without its value. */
export const CONTEXT_KEYS = [
  'aws:ResourceAccount',
  'aws:ResourceTag/forestall:stage',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'dynamodb:ReturnValues',
  'dynamodb:Select',
  'events:detail-type',
  'events:source',
  'kms:CallerAccount',
  'kms:GrantIsForAWSResource',
  'kms:ViaService',
  's3:TlsVersion',
  's3:prefix',
  'secretsmanager:ModifyRotationRules',
  'secretsmanager:RotationLambdaARN',
] as const;
type Context = Readonly<Partial<Record<(typeof CONTEXT_KEYS)[number], string>>>;

/** A request to AWS as IAM sees it. */
export interface Call {
  /** The logical id of a role, or the name of a service such as `events.amazonaws.com`. */
  readonly caller: { readonly role: string } | { readonly service: string };
  readonly action: string;
  /** ARN, or `*` for actions without resources. */
  readonly resource: string;
  /** Over TLS 1.3 and to a resource of the same account and stage unless it says otherwise. */
  readonly context: Context;
  /** The request or the template that makes this call necessary; for messages. */
  readonly because: string;
}

const USUAL: Context = {
  'aws:ResourceAccount': ACCOUNT,
  'aws:SecureTransport': 'true',
  's3:TlsVersion': '1.3',
};
const VERSION = '2012-10-17';

/** The policy of the resource that a call names; objects are covered by the policy of their bucket. */
const policyArnOf = (resource: string): string =>
  resource.startsWith('arn:aws:s3:::') ? (resource.split('/')[0] ?? '') : resource;

/** Statements that may decide a call: those of its role, of its resource and of the role's permissions boundary. */
export interface Applicable {
  readonly identity: readonly Statement[];
  readonly resource: readonly Statement[];
  /** Undefined: the role has none, or a service calls. */
  readonly boundary: readonly Statement[] | undefined;
  /** The stage that resources are tagged with, unless the call says otherwise; undefined: they have no tag. */
  readonly stage?: string | undefined;
}

export const applicableTo = ({ caller, resource }: Call, policies: Policies): Applicable => ({
  identity: 'role' in caller ? (policies.ofRole.get(caller.role) ?? []) : [],
  resource: policies.ofResource.get(policyArnOf(resource)) ?? [],
  boundary: 'role' in caller ? policies.boundaryOf.get(caller.role) : undefined,
  stage: policies.stage,
});

const principalOf = ({ caller }: Call): string =>
  'role' in caller ? `arn:aws:sts::${ACCOUNT}:assumed-role/${caller.role}/session` : caller.service;

/** True if the statements allow the call. Throws `TypeError` if the simulator cannot evaluate it. */
export const isAllowed = async (
  call: Call,
  { identity, resource, boundary, stage }: Applicable,
): Promise<boolean> => {
  const tag = stage === undefined ? {} : { 'aws:ResourceTag/forestall:stage': stage };
  const result = await runSimulation(
    {
      request: {
        principal: principalOf(call),
        action: call.action,
        resource: { resource: call.resource, accountId: ACCOUNT },
        contextVariables: { ...USUAL, ...tag, ...call.context },
      },
      identityPolicies: [{ name: 'role', policy: { Version: VERSION, Statement: identity } }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(boundary !== undefined && {
        permissionBoundaryPolicies: [{ name: 'boundary', policy: { Version: VERSION, Statement: boundary } }],
      }),
      ...(resource.length > 0 && { resourcePolicy: { Version: VERSION, Statement: resource } }),
    },
    {},
  );
  if (result.resultType === 'error')
    throw new TypeError(
      `cannot evaluate ${call.action} on ${call.resource}: ${JSON.stringify(result.errors)}`,
    );
  return result.overallResult === 'Allowed';
};
