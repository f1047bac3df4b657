import { beforeAll, describe, expect, it } from 'vitest';
import { STAGES } from '../../lib/config/stage-config.ts';
import { stageOf } from '../infra/synthesised-stage.ts';
import type { Call } from './evaluate.ts';
import { deniedCalls, needlesslyAllowed, unjudgedParts, unusedGrants } from './findings.ts';
import { type Grant, grantsOf } from './grants.ts';
import { type Policies, policiesOf, type Statement } from './policies.ts';
import { resolveTemplates } from './resolve-template.ts';
import { stageCalls } from './stage-calls.ts';

/** Evaluates the calls of the last end-to-end run: `npx vitest run --project e2e --project permissions`. */

const stages = new Map<string, { readonly policies: Policies; readonly calls: readonly Call[] }>();
const at = (stage: string) => stages.get(stage)!;

beforeAll(() => {
  for (const stage of STAGES) {
    const resources = resolveTemplates(stageOf(stage).templates);
    stages.set(stage, { policies: policiesOf(resources.values()), calls: stageCalls(resources) });
  }
});

describe.each(STAGES)('the policies of stage %s', (stage) => {
  it('can be judged completely', () => {
    expect(unjudgedParts(at(stage).policies)).toEqual([]);
  });

  it('allow every call', async () => {
    expect(await deniedCalls(at(stage).calls, at(stage).policies)).toEqual([]);
  });

  it('contain no grant that nothing needs, except those with a reason', async () => {
    expect(await unusedGrants(at(stage).calls, at(stage).policies)).toEqual([]);
  });

  it('allow nothing similar to a call', async () => {
    expect(await needlesslyAllowed(at(stage).calls, at(stage).policies)).toEqual([]);
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
  calls.filter(({ caller }) => 'role' in caller && caller.role === role);

describe('a role of stage prod', () => {
  it('cannot lose any grant that is not argued for', async () => {
    const { policies, calls } = at('prod');
    const argued = await unusedGrants(calls, policies, []);
    const ofRoles = grantsOf(policies).filter(({ holder }) => policies.ofRole.has(holder));
    const spare = [];
    for (const grant of ofRoles) {
      const poorer = changed(policies, grant.holder, (statements) => without(grant, statements));
      if ((await deniedCalls(callsOf(grant.holder, calls), poorer)).length === 0) spare.push(grant);
    }
    expect(ofRoles.length).toBeGreaterThan(200);
    expect(spare.length).toBeLessThan(argued.length + 1);
  });
});
