import { ArnFormat, Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { acknowledgeWildcards } from './acknowledge-wildcards.ts';
import type { CustomerKey } from './customer-key.ts';
import { DENIED_ACTIONS, DENIED_DELIVERIES } from './denied-actions.ts';
import { PROVISION_ACTIONS } from './provision-actions.ts';
import {
  ASSUME_ACTIONS,
  BUCKET_ACTIONS,
  BUS_ACTIONS,
  DELIVERY_ACTIONS,
  FUNCTION_ACTIONS,
  KEY_ACTIONS,
  LIST_ACTIONS,
  LOG_ACTIONS,
  QUEUE_ACTIONS,
  SECRET_ACTIONS,
  TABLE_ACTIONS,
  TASK_ACTIONS,
  TOPIC_ACTIONS,
  TRACE_ACTIONS,
  WORKFLOW_ACTIONS,
  WORKFLOW_TRACE_ACTIONS,
} from './used-actions.ts';

export interface RoleBoundaryProps {
  readonly config: StageConfig;
  readonly customerKey: CustomerKey | undefined;
  /** Path of the roles that functions may assume (`lib/remediation/action-roles.ts`); undefined: none. */
  readonly assumablePath?: string | undefined;
}

/** The tag that every resource of a stage has (`lib/synth/build-app.ts`). */
export const STAGE_TAG = 'forestall:stage';

/** As `DENIED_ACTIONS` has it. */
const ASSUME_ROLES = 'sts:AssumeRole*';

const LIMIT = 'A permissions boundary grants nothing: the policies of each role name its resources.';

/**
 * The permissions boundaries of all roles: the most that a role could be granted. They allow the actions that Forestall
 * uses, on resources of its stage, over TLS, and deny `DENIED_ACTIONS`. They grant nothing by themselves.
 *
 * A change of a description or name would replace the policy, which CloudFormation refuses while roles use it. Create it
 * after the tables and buckets of the stack: it lists them.
 */
export class RoleBoundary extends Construct {
  /** Of all roles but those of workflows. */
  readonly policy: ManagedPolicy;
  /** Of the roles of workflows, which start functions and workflows and deliver logs. */
  readonly workflowPolicy: ManagedPolicy;

  readonly #props: RoleBoundaryProps;

  constructor(scope: Construct, id: string, props: RoleBoundaryProps) {
    super(scope, id);
    this.#props = props;
    const { tracing } = props.config;
    this.policy = this.#makePolicy('Policy', 'The most that any role of Forestall may do', [
      ...this.#stores(),
      ...this.#named(),
      this.#tagged([...SECRET_ACTIONS, ...WORKFLOW_ACTIONS]),
      allow([...LIST_ACTIONS, ...TASK_ACTIONS, ...(tracing ? TRACE_ACTIONS : [])], '*'),
      ...this.#assumable(),
      ...this.#denied([...DENIED_ACTIONS.filter(this.#isDenied), ...DENIED_DELIVERIES]),
    ]);
    this.workflowPolicy = this.#makePolicy('Workflows', 'The most that any workflow of Forestall may do', [
      allow(FUNCTION_ACTIONS, this.#arn('lambda', 'function:', '-')),
      this.#tagged(WORKFLOW_ACTIONS),
      allow([...DELIVERY_ACTIONS, ...(tracing ? WORKFLOW_TRACE_ACTIONS : [])], '*'),
      ...this.#denied(DENIED_ACTIONS),
    ]);
  }

  #makePolicy(id: string, description: string, statements: readonly PolicyStatement[]): ManagedPolicy {
    const policy = new ManagedPolicy(this, id, { description, statements: [...statements] });
    for (const statement of statements)
      if (statement.effect === Effect.ALLOW) acknowledgeWildcards(policy, statement.resources, LIMIT);
    return policy;
  }

  /** What this stack contains, by its ARN. */
  #stores(): PolicyStatement[] {
    const { config, customerKey } = this.#props;
    const parts = Stack.of(this).node.findAll();
    const tables = parts.filter((part) => part instanceof TableV2);
    const buckets = parts.filter((part) => part instanceof Bucket);
    const pools = config.signIn.scim ? parts.filter((part) => part instanceof UserPool) : [];
    return [
      // With the indexes, streams and objects of each, in one pattern: a policy has at most 6,144 characters.
      allow(TABLE_ACTIONS, ...tables.map(({ tableArn }) => `${tableArn}*`)),
      allow(BUCKET_ACTIONS, ...buckets.map(({ bucketArn }) => `${bucketArn}*`)),
      ...pools.map(({ userPoolArn }) =>
        allow(
          PROVISION_ACTIONS.map((action) => `cognito-idp:${action}`),
          userPoolArn,
        ),
      ),
      ...(customerKey ? [allow(KEY_ACTIONS, customerKey.key.keyArn)] : []),
    ];
  }

  /**
   * What later stacks contain, by its name: CloudFormation starts names with that of the stack, and CDK names the bus
   * after its path.
   */
  #named(): PolicyStatement[] {
    // In one statement, because a policy has at most 6,144 characters: each action acts on its service's resources only.
    return [
      allow(
        [...BUS_ACTIONS, ...FUNCTION_ACTIONS, ...LOG_ACTIONS, ...QUEUE_ACTIONS, ...TOPIC_ACTIONS],
        this.#arn('events', 'event-bus/', ''),
        this.#arn('lambda', 'function:', '-'),
        this.#arn('logs', 'log-group:', '-'),
        this.#arn('sqs', '', '-'),
        this.#arn('sns', '', '-'),
      ),
    ];
  }

  readonly #isDenied = (action: string): boolean =>
    action !== ASSUME_ROLES || this.#props.assumablePath === undefined;

  /** The roles below one path may be assumed. */
  #assumable(): PolicyStatement[] {
    const { assumablePath } = this.#props;
    if (assumablePath === undefined) return [];
    const { partition, account } = Stack.of(this);
    return [allow(ASSUME_ACTIONS, `arn:${partition}:iam::${account}:role${assumablePath}*`)];
  }

  /** Secrets and state machines have names without that of the stack. */
  #tagged(actions: readonly string[]): PolicyStatement {
    const statement = allow(actions, '*');
    statement.addCondition('StringEquals', { [`aws:ResourceTag/${STAGE_TAG}`]: this.#props.config.stage });
    return statement;
  }

  #arn(service: string, kind: string, separator: string): string {
    const resource = `${kind}${['Forestall', this.#props.config.stage, ''].join(separator)}*`;
    return Stack.of(this).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }

  #denied(actions: readonly string[]): PolicyStatement[] {
    return [
      deny('Never', actions, {}),
      deny('OtherAccounts', ['*'], {
        StringNotEquals: { 'aws:ResourceAccount': Stack.of(this).account },
        // Requests without a resource do not carry the key.
        Null: { 'aws:ResourceAccount': 'false' },
      }),
      deny('PlainHttp', ['*'], { Bool: { 'aws:SecureTransport': 'false' } }),
    ];
  }
}

const allow = (actions: readonly string[], ...resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

const deny = (
  sid: string,
  actions: readonly string[],
  conditions: Record<string, unknown>,
): PolicyStatement =>
  new PolicyStatement({ sid, effect: Effect.DENY, actions: [...actions], resources: ['*'], conditions });
