import { Stack } from 'aws-cdk-lib';
import {
  ArnPrincipal,
  CompositePrincipal,
  Effect,
  type IPrincipal,
  ManagedPolicy,
  PermissionsBoundary,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type ActionStatement, type CatalogueAction, INTEGRATIONS } from '../../core/remediation/action.ts';
import { findAction } from '../../core/remediation/catalogue/catalogue.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';
import type { StageConfig } from '../config/stage-config.ts';
import { acknowledgeWildcards } from '../platform/acknowledge-wildcards.ts';
import type { ObservedFunction } from '../platform/observed-function.ts';

export interface ActionRolesProps {
  readonly config: Pick<StageConfig, 'stage'>;
  /** Ids of the actions that the stage allows at most; none: no roles. */
  readonly actions: readonly string[];
  /** Functions that read states; they can change nothing. */
  readonly readers: readonly ObservedFunction[];
  /** The only function that can change resources; it reads, too. */
  readonly changer: ObservedFunction;
  /** ARNs of the secrets of integrations. */
  readonly integrations: readonly string[];
}

/** Path of all roles of actions: functions may assume roles below it, and no others. */
export const actionRolePath = (stage: string): string => `/forestall/${stage}/actions/`;

/** Variable with the ARNs of the roles up to the name of the action: a list of all is too long for an environment. */
export const ACTION_ROLES = 'ACTION_ROLE_PREFIX';

/** IAM replaces it by the value of the key. */
function policyVariable(key: string): string {
  return `$\{${key}}`;
}

type Purpose = 'read' | 'change';

/** Compares the tags of the session, which name the tenant and environment of a plan, with those of the resource. */
const OWN = {
  'aws:ResourceTag/forestall:tenant': policyVariable('aws:PrincipalTag/tenant'),
  'aws:ResourceTag/forestall:environment': policyVariable('aws:PrincipalTag/environment'),
};

/** A session has both tags and no others. */
const TAGGED_SESSION = {
  Null: { 'aws:RequestTag/tenant': 'false', 'aws:RequestTag/environment': 'false' },
  'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant', 'environment'] },
} as const;

const UNRESTRICTED = 'AWS restricts this read to no resource; the tags of what was read are compared.';
const BY_TAGS =
  'A pattern of one kind of resource; their tags must match those of the session, or it only reads.';

/**
 * A role to read and a role to change for each action of a stage, exactly as the catalogue states its permissions. Their
 * names derive from the action, so that the functions know them.
 */
export class ActionRoles extends Construct {
  readonly #props: ActionRolesProps;

  constructor(scope: Construct, id: string, props: ActionRolesProps) {
    super(scope, id);
    this.#props = props;
    const { readers, changer, config } = props;
    const actions = props.actions.map(actionOf);
    if (actions.length === 0) return;
    PermissionsBoundary.of(this).apply(this.#makeBoundary(actions));
    for (const action of actions) {
      this.#makeRole(action, 'read', [...readers, changer]);
      this.#makeRole(action, 'change', [changer]);
    }
    const prefix = this.#arn('iam', `role${actionRolePath(config.stage)}${this.#prefix()}`);
    for (const fn of [...readers, changer]) {
      fn.fn.addEnvironment(ACTION_ROLES, prefix);
      fn.allow(['sts:AssumeRole', 'sts:TagSession'], [`${prefix}*-read`]);
      acknowledgeWildcards(fn, [`${prefix}*-read`], 'The roles of all actions; each can only read.');
    }
    changer.allow(['sts:AssumeRole', 'sts:TagSession'], [`${prefix}*-change`]);
    acknowledgeWildcards(changer, [`${prefix}*-change`], 'The roles of all actions of this stage.');
  }

  /** IAM is global: names of other regions must differ. */
  #prefix(): string {
    return `${this.#props.config.stage}-${Stack.of(this).region}-`;
  }

  #arn(service: string, resource: string): string {
    const { partition, account } = Stack.of(this);
    return `arn:${partition}:${service}::${account}:${resource}`;
  }

  #makeRole(action: CatalogueAction, purpose: Purpose, trusted: readonly ObservedFunction[]): void {
    const statements = action.permissions[purpose].flatMap((statement) => this.#statement(statement));
    if (statements.length === 0) return;
    const role = new Role(this, `${pascal(action.id)}${pascal(purpose)}`, {
      assumedBy: new CompositePrincipal(...trusted.map(sessionOf)),
      path: actionRolePath(this.#props.config.stage),
      roleName: `${this.#prefix()}${action.id}-${purpose}`,
      description: `${action.title}: ${purpose}`,
    });
    for (const statement of statements) {
      role.addToPolicy(statement);
      for (const resource of statement.resources)
        acknowledgeWildcards(role, [resource], resource === '*' ? UNRESTRICTED : BY_TAGS);
    }
  }

  #statement({ actions, resources, tagged, conditions = {} }: ActionStatement): PolicyStatement[] {
    const { region, account, partition } = Stack.of(this);
    const named = resources.flatMap((resource) =>
      resource === INTEGRATIONS
        ? this.#props.integrations
        : resource
            .replace('arn:aws:', `arn:${partition}:`)
            .replaceAll('{region}', region)
            .replaceAll('{account}', account),
    );
    if (named.length === 0) return [];
    const { StringEquals, ...others } = conditions;
    const equal = { ...(tagged ? OWN : {}), ...StringEquals };
    return [
      new PolicyStatement({
        actions: [...actions],
        resources: named,
        conditions: { ...others, ...(Object.keys(equal).length > 0 ? { StringEquals: equal } : {}) },
      }),
    ];
  }

  /** The most that any of these roles may do: what the catalogue states, in this account and over TLS. */
  #makeBoundary(actions: readonly CatalogueAction[]): ManagedPolicy {
    const used = new Set(
      actions.flatMap(({ permissions: { read, change } }) =>
        [...read, ...change].flatMap((statement) => statement.actions),
      ),
    );
    const policy = new ManagedPolicy(this, 'Boundary', {
      description: 'The most that any role of an action may do',
      statements: [
        new PolicyStatement({ actions: [...used].toSorted(byText), resources: ['*'] }),
        new PolicyStatement({
          ...{ sid: 'OtherAccounts', effect: Effect.DENY, actions: ['*'], resources: ['*'] },
          conditions: {
            StringNotEquals: { 'aws:ResourceAccount': Stack.of(this).account },
            Null: { 'aws:ResourceAccount': 'false' },
          },
        }),
        new PolicyStatement({
          ...{ sid: 'PlainHttp', effect: Effect.DENY, actions: ['*'], resources: ['*'] },
          conditions: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ],
    });
    acknowledgeWildcards(
      policy,
      ['*'],
      'A boundary grants nothing: the policies of each role name resources.',
    );
    return policy;
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

const actionOf = (id: string): CatalogueAction => {
  const action = findAction(id);
  if (action !== undefined) return action;
  throw new ConfigurationError(`lib/config: "${id}" is no action of the catalogue: see docs/actions.md`);
};

const sessionOf = ({ fn }: ObservedFunction): IPrincipal => {
  if (fn.role === undefined) throw new ConfigurationError('a function without a role cannot assume another');
  return new ArnPrincipal(fn.role.roleArn).withConditions(TAGGED_SESSION).withSessionTags();
};

const pascal = (id: string): string =>
  id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
