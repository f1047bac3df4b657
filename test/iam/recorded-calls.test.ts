import { beforeAll, describe, expect, it } from 'vitest';
import { selectStage } from '../../lib/config/select-stage.ts';
import { STAGES } from '../../lib/config/stage-config.ts';
import { stageOf } from '../infra/synthesised-stage.ts';
import { ARGUED_GRANTS } from './argued-grants.ts';
import type { Call } from './evaluate.ts';
import { deniedCalls, needlesslyAllowed, onePerKind, unjudgedParts, unusedGrants } from './findings.ts';
import { describeGrant, type Grant, grantsOf } from './grants.ts';
import { type Policies, policiesOf, type Statement } from './policies.ts';
import { type ResolvedResource, resolveTemplates } from './resolve-template.ts';
import { serviceCalls } from './service-calls.ts';
import { stageCalls } from './stage-calls.ts';

/** Evaluates the calls that the last run of the end-to-end tests recorded. */

const stages = new Map<string, { readonly policies: Policies; readonly calls: readonly Call[] }>();
const at = (stage: string) => stages.get(stage)!;

/**
 * Parts that switches of a stage add: the vault for personal data (`secrets.vault`), SCIM (`signIn.scim`), and the roles of
 * actions (`remediation.actions`).
 */
const SWITCHED = /Vault|ProvisionPeople|:userpool\/|\/actions\//;

/** Boundaries forbid it altogether if there are no roles of actions. */
const ASSUME_ANY = 'sts:AssumeRole*';

/** Names and tags of every stage as those of one. */
const inAnyStage = (held: ReadonlyMap<string, readonly Statement[]>): [string, Statement[]][] =>
  JSON.parse(
    JSON.stringify([...held])
      .replaceAll(/(Forestall-?)(?:local|dev|prod)/g, '$1stage')
      .replaceAll(/("aws:ResourceTag\/forestall:stage":)\["\w+"\]/g, '$1["stage"]'),
  );

/** Statements without what switches add, by holder. */
const withoutSwitchesOf = (held: ReadonlyMap<string, readonly Statement[]>) =>
  new Map(
    inAnyStage(held)
      .filter(([holder]) => !SWITCHED.test(holder))
      .map(([holder, statements]) => [
        holder,
        statements
          .map((each) => ({
            ...each,
            Action: each.Action.filter((action) => action !== ASSUME_ANY),
            Resource: each.Resource?.filter((resource) => !SWITCHED.test(resource)),
          }))
          .filter(({ Resource }) => Resource === undefined || Resource.length > 0),
      ]),
  );

const withoutSwitches = ({ ofRole, ofResource, boundaryOf }: Policies) => ({
  ofRole: withoutSwitchesOf(ofRole),
  ofResource: withoutSwitchesOf(ofResource),
  boundaryOf: withoutSwitchesOf(boundaryOf),
});

/** The roles of actions are made from the catalogue and evaluated by themselves: `action-roles.test.ts`. */
const judgedPolicies = (resources: ReadonlyMap<string, ResolvedResource>): Policies =>
  policiesOf([...resources.values()].filter(({ id }) => !id.startsWith('RemediationActions')));

beforeAll(() => {
  for (const stage of STAGES) {
    const resources = resolveTemplates(stageOf(stage).templates);
    // The policies of all stages are the same but for switches, which are all on in stage local.
    const calls = stage === 'local' ? stageCalls(resources) : serviceCalls(resources);
    stages.set(stage, { policies: judgedPolicies(resources), calls });
  }
});

describe.each(STAGES)('the policies of stage %s', (stage) => {
  it('allow every call', async () => {
    expect(await deniedCalls(at(stage).calls, at(stage).policies)).toEqual([]);
  });

  it('are those of stage local with the same signing secrets, except for what a switch adds there', () => {
    const { separateSigningKeys } = selectStage(stage).secrets;
    const secrets = { ...selectStage('local').secrets, separateSigningKeys };
    const local = judgedPolicies(resolveTemplates(stageOf('local', { secrets }).templates));
    expect(withoutSwitches(at(stage).policies)).toEqual(withoutSwitches(local));
  });
});

describe('the policies of all stages', () => {
  it('can be judged completely', () => {
    expect(unjudgedParts(at('local').policies)).toEqual([]);
  });

  it('contain no grant that nothing needs, except those with a reason', async () => {
    expect(await unusedGrants(at('local').calls, at('local').policies)).toEqual([]);
  });

  it('allow nothing similar to a call', async () => {
    expect(await needlesslyAllowed(at('local').calls, at('local').policies)).toEqual([]);
  });
});

/** The policies of a role after a change of its statements. */
const changed = (
  policies: Policies,
  role: string,
  change: (statements: readonly Statement[]) => Statement[],
) => ({
  ...policies,
  ofRole: new Map(
    [...policies.ofRole].map(([id, statements]) => [id, id === role ? change(statements) : statements]),
  ),
});

const without = ({ action, resource }: Grant, statements: readonly Statement[]): Statement[] =>
  statements.flatMap((statement) => {
    const { Action, Resource = [] } = statement;
    if (!(Action.includes(action) && Resource.includes(resource))) return [statement];
    const otherActions = Action.filter((each) => each !== action);
    const otherResources = Resource.filter((each) => each !== resource);
    return [
      ...(otherActions.length > 0 ? [{ ...statement, Action: otherActions }] : []),
      ...(otherResources.length > 0 ? [{ ...statement, Action: [action], Resource: otherResources }] : []),
    ];
  });

const callsOf = (role: string, calls: readonly Call[]): readonly Call[] =>
  onePerKind(calls.filter(({ caller }) => 'role' in caller && caller.role === role));

const isArgued = ({ holder, action }: Grant): boolean =>
  ARGUED_GRANTS.some((each) => each.actions.includes(action) && each.holder.test(holder));

it('no role can lose a grant, except those with a reason', async () => {
  const { policies, calls } = at('local');
  const ofRoles = grantsOf(policies).filter((grant) => policies.ofRole.has(grant.holder) && !isArgued(grant));
  const spare = [];
  for (const grant of ofRoles) {
    const poorer = changed(policies, grant.holder, (statements) => without(grant, statements));
    if ((await deniedCalls(callsOf(grant.holder, calls), poorer)).length === 0)
      spare.push(describeGrant(grant));
  }
  expect(ofRoles.length).toBeGreaterThan(200);
  expect(spare).toEqual([]);
});
