import * as z from 'zod';
import type { ResolvedResource } from './resolve-template.ts';

const list = z.union([z.string().transform((each) => [each]), z.array(z.string())]);

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const values = z.union([value.transform((each) => [each]), z.array(value)]);

/** Strict: an element that is not evaluated, such as `NotAction`, fails. */
const Statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z.union([z.literal('*'), z.record(z.string(), list)]).optional(),
    Action: list,
    Resource: list.optional(),
    Condition: z.record(z.string(), z.record(z.string(), values)).optional(),
  })
  // A name, which may contain that of the stage.
  .transform(({ Sid: _, ...statement }) => statement);
export type Statement = z.infer<typeof Statement>;

const Policy = z.looseObject({ Statement: z.array(Statement) });

/** All policies of a stage. */
export interface Policies {
  /** Statements of each role, by its logical id. */
  readonly ofRole: ReadonlyMap<string, readonly Statement[]>;
  /** Statements of each resource's own policy, by its ARN; the trust policy for a role. */
  readonly ofResource: ReadonlyMap<string, readonly Statement[]>;
  /** Statements of each role's permissions boundary, by the role's logical id. A role without one is not in the map. */
  readonly boundaryOf: ReadonlyMap<string, readonly Statement[]>;
  /** The stage that the roles, like all resources, are tagged with; undefined without tags. */
  readonly stage: string | undefined;
}

/** Strict: managed policies and inline policies are not evaluated, so they fail. */
const Role = z.strictObject({
  AssumeRolePolicyDocument: Policy,
  Description: z.string().optional(),
  Path: z.string().optional(),
  RoleName: z.string().optional(),
  PermissionsBoundary: z.string().optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
});
/** Strict: a managed policy can only be a boundary, because one that is attached to a role is not evaluated. */
const ManagedPolicy = z.strictObject({
  Description: z.string().optional(),
  Path: z.literal('/').optional(),
  PolicyDocument: Policy,
});
const RolePolicy = z.looseObject({ Roles: z.array(z.string()), PolicyDocument: Policy });
const BucketPolicy = z.looseObject({ Bucket: z.string(), PolicyDocument: Policy });
const QueuePolicy = z.looseObject({ Queues: z.array(z.string()), PolicyDocument: Policy });
const TopicPolicy = z.looseObject({ Topics: z.array(z.string()), PolicyDocument: Policy });
const Key = z.looseObject({ KeyPolicy: Policy });
const FunctionPermission = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

const queueArnOf = (url: string): string => {
  const { hostname, pathname } = new URL(url);
  return `arn:aws:sqs:${hostname.split('.')[1]}:${pathname.slice(1).replace('/', ':')}`;
};

/** The statement that Lambda adds to the function's policy. */
const statementOf = (permission: z.infer<typeof FunctionPermission>): Statement => ({
  Effect: 'Allow',
  Principal: { Service: [permission.Principal] },
  Action: [permission.Action],
  Resource: [permission.FunctionName],
  Condition: {
    ...(permission.SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': [permission.SourceArn] } }),
    ...(permission.SourceAccount !== undefined && {
      StringEquals: { 'aws:SourceAccount': [permission.SourceAccount] },
    }),
  },
});

/** Statements of a resource's policy, by the ARN of the resource. */
type Reader = (resource: ResolvedResource) => readonly (readonly [string, readonly Statement[]])[];

const READERS: Readonly<Record<string, Reader>> = {
  'AWS::IAM::Role': ({ arn = '', properties }) => [
    [arn, Role.parse(properties).AssumeRolePolicyDocument.Statement],
  ],
  'AWS::KMS::Key': ({ arn = '', properties }) => [[arn, Key.parse(properties).KeyPolicy.Statement]],
  'AWS::S3::BucketPolicy': ({ properties }) => {
    const { Bucket, PolicyDocument } = BucketPolicy.parse(properties);
    return [[`arn:aws:s3:::${Bucket}`, PolicyDocument.Statement]];
  },
  'AWS::SQS::QueuePolicy': ({ properties }) => {
    const { Queues, PolicyDocument } = QueuePolicy.parse(properties);
    return Queues.map((url) => [queueArnOf(url), PolicyDocument.Statement] as const);
  },
  'AWS::SNS::TopicPolicy': ({ properties }) => {
    const { Topics, PolicyDocument } = TopicPolicy.parse(properties);
    return Topics.map((topic) => [topic, PolicyDocument.Statement] as const);
  },
  'AWS::Lambda::Permission': ({ properties }) => {
    const permission = FunctionPermission.parse(properties);
    return [[permission.FunctionName, [statementOf(permission)]]];
  },
};

/** Resource types with a policy of their own that is not evaluated yet. */
const UNREAD =
  /^AWS::(IAM::(UserPolicy|GroupPolicy|RolePolicy|User|Group)|Events::EventBusPolicy|Lambda::(Url|LayerVersionPermission)|SecretsManager::ResourcePolicy|Logs::ResourcePolicy)$/;
const UNREAD_PROPERTY = /"(ResourcePolicy|KmsMasterKeyId|KMSMasterKeyID|KmsKeyArn|KmsKeyId)":/;

const assertReadable = ({ id, type, properties }: ResolvedResource): void => {
  const [, property] = UNREAD_PROPERTY.exec(JSON.stringify(properties)) ?? [];
  if (UNREAD.test(type) || property !== undefined)
    throw new TypeError(`${id}: ${property ?? type} is not evaluated yet: extend test/iam/policies.ts`);
};

const addTo = (map: Map<string, Statement[]>, key: string, statements: readonly Statement[]): void => {
  map.set(key, [...(map.get(key) ?? []), ...statements]);
};

const boundariesOf = (
  arnOf: ReadonlyMap<string, string>,
  managed: ReadonlyMap<string, readonly Statement[]>,
): ReadonlyMap<string, readonly Statement[]> => {
  const boundaries = new Map<string, readonly Statement[]>();
  for (const [role, arn] of arnOf) {
    if (arn === '') continue;
    const statements = managed.get(arn);
    if (statements === undefined) throw new TypeError(`${role}: no template contains its boundary ${arn}`);
    boundaries.set(role, statements);
  }
  return boundaries;
};

/** @throws TypeError or ZodError for a policy that cannot be evaluated completely */
export const policiesOf = (resources: Iterable<ResolvedResource>): Policies => {
  const ofRole = new Map<string, Statement[]>();
  const ofResource = new Map<string, Statement[]>();
  const managed = new Map<string, readonly Statement[]>();
  const boundaryArnOf = new Map<string, string>();
  let stage: string | undefined;
  for (const resource of resources) {
    assertReadable(resource);
    for (const [arn, statements] of READERS[resource.type]?.(resource) ?? [])
      addTo(ofResource, arn, statements);
    const { id, type, arn = '', properties } = resource;
    if (type === 'AWS::IAM::ManagedPolicy')
      managed.set(arn, ManagedPolicy.parse(properties).PolicyDocument.Statement);
    if (type === 'AWS::IAM::Role') {
      const { PermissionsBoundary = '', Tags } = Role.parse(properties);
      boundaryArnOf.set(id, PermissionsBoundary);
      stage ??= Tags.find(({ Key }) => Key === 'forestall:stage')?.Value;
    }
    if (type !== 'AWS::IAM::Policy') continue;
    const { Roles, PolicyDocument } = RolePolicy.parse(properties);
    for (const role of Roles) addTo(ofRole, role, PolicyDocument.Statement);
  }
  return { ofRole, ofResource, boundaryOf: boundariesOf(boundaryArnOf, managed), stage };
};
