/** Which functions may read and change resources of the owner: none by default, and with actions as few as possible. */
import { describe, expect, it } from 'vitest';
import { RemediationCeiling } from '../../core/remediation/policy.ts';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { actionRolePath } from '../../lib/remediation/action-roles.ts';
import { functionNamed, grantedOn, idOf, only } from './remediation-parts.ts';
import { resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';

const CHANGES_ALLOWED: Partial<StageConfig> = {
  remediation: {
    ...{ maxStage: 'approve', actions: ['scale-out-group', 'roll-back-alias'], secondsPerMinute: 60 },
    ...{ maxUnitsPerRun: 2, maxActionsPerHour: 6, clusters: [] },
  },
};

describe.each(['dev', 'prod'] as const)('stage %s by default', (name) => {
  const stage = stageOf(name);

  it('suggests, and has no role that could read or change a resource of its owner', () => {
    const roles = resourcesOfType(stage, 'AWS::IAM::Role').filter(({ Properties }) => Properties.Path);
    expect(roles).toEqual([]);
    const policies = [...resourcesIn(stage).values()].filter(({ Type }) => Type === 'AWS::IAM::Policy');
    expect(text(policies)).not.toContain('sts:AssumeRole');
    for (const fn of ['choose-action', 'request-approval', 'execute-action']) {
      const { REMEDIATION_CEILING, ACTION_ROLE_PREFIX } = functionNamed(stage, fn).Properties.Environment
        .Variables;
      expect(RemediationCeiling.parse(JSON.parse(REMEDIATION_CEILING))).toMatchObject({
        ...{ maxStage: 'suggest', actions: [] },
      });
      expect(ACTION_ROLE_PREFIX).toBeUndefined();
    }
  });
});

describe('a stage that allows two actions', () => {
  const stage = stageOf('dev', CHANGES_ALLOWED);
  const roles = resourcesOfType(stage, 'AWS::IAM::Role').filter(
    ({ Properties }) => Properties.Path === actionRolePath('dev'),
  );
  const prefixed = /:role\/forestall\/dev\/actions\/dev-/;
  const assumed = (fn: string) => grantedOn(stage, fn, 'sts:AssumeRole');

  it('has a role to read and one to change for each, and a boundary for them alone', () => {
    const names = roles.map(({ Properties }) => text(Properties.RoleName));
    for (const action of ['scale-out-group', 'roll-back-alias'])
      for (const purpose of ['read', 'change'])
        expect(names.filter((role) => role.includes(`-${action}-${purpose}"`))).toHaveLength(1);
    expect(roles).toHaveLength(4);
    for (const { Properties } of roles)
      expect(idOf(Properties.PermissionsBoundary)).toMatch(/^RemediationActionsBoundary/);
  });

  it('lets execute-action alone take the roles that change something', () => {
    const changing = resourcesOfType(stage, 'AWS::Lambda::Function').filter(
      ({ Properties: { Environment } }) =>
        assumed(Environment.Variables.POWERTOOLS_SERVICE_NAME).some((arn) => !arn.endsWith('*-read"]]}')),
    );
    const { POWERTOOLS_SERVICE_NAME } = only(changing).Properties.Environment.Variables;
    expect(POWERTOOLS_SERVICE_NAME).toBe('execute-action');
    expect(assumed('execute-action')).toHaveLength(2);
    for (const { Properties } of roles) {
      const trusted = text(Properties.AssumeRolePolicyDocument);
      expect(trusted).toMatch(/RemediationExecuteActionRole/);
      const isRead = text(Properties.RoleName).includes('-read"');
      expect(/RemediationChooseActionRole/.test(trusted)).toBe(isRead);
    }
  });

  it('lets choose-action take the roles that read, and no other function any', () => {
    const arn = only(assumed('choose-action'));
    expect(arn.endsWith('*-read"]]}')).toBe(true);
    expect(arn).toMatch(prefixed);
    const taking = resourcesOfType(stage, 'AWS::Lambda::Function')
      .map(({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME)
      .filter((name) => assumed(name).length > 0);
    expect(taking.sort()).toEqual(['choose-action', 'execute-action']);
  });

  it('tells the functions its ceiling and the roles, and has a boundary with which they may take them', () => {
    for (const name of ['choose-action', 'execute-action']) {
      const { Variables } = functionNamed(stage, name).Properties.Environment;
      expect(text(Variables.ACTION_ROLE_PREFIX)).toMatch(prefixed);
      const { actions } = RemediationCeiling.parse(JSON.parse(Variables.REMEDIATION_CEILING));
      expect(actions).toEqual(['scale-out-group', 'roll-back-alias']);
    }
    const boundaries = resourcesOfType(stage, 'AWS::IAM::ManagedPolicy', ['data']).map(text);
    const allowing = boundaries.filter((policy) => policy.includes(`:role${actionRolePath('dev')}*`));
    expect(allowing).toHaveLength(1);
    expect(text(resourcesOfType(stageOf('dev'), 'AWS::IAM::ManagedPolicy', ['data']))).not.toContain(
      ':role/forestall/',
    );
  });
});
