import { CfnResource, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { EMULATOR_GAPS } from '../../lib/config/emulator-gaps.ts';
import { selectStage, validateConfig } from '../../lib/config/select-stage.ts';
import { STAGES, type Stage } from '../../lib/config/stage-config.ts';
import { addRulePacks } from '../../lib/synth/rule-packs.ts';
import { PARTS, synthesise } from '../../lib/synth/synthesise.ts';
import { resourcesIn } from './synthesised-stage.ts';

const synthesised = new Map(STAGES.map((stage) => [stage, synthesise(selectStage(stage), addRulePacks)]));

const OUTPUTS = {
  data: [
    'UserPoolId',
    'UserPoolClientId',
    'ApiKeysTableName',
    'RequestsTableName',
    'BlocksTableName',
    'TargetsTableName',
    'RawBucketName',
    'ForecastBucketName',
    'SigningSecretArn',
    'ReportBucketName',
    'DecisionBucketName',
    'RemediationsTableName',
  ],
  pipeline: [
    'ForecastStateMachineArn',
    'DispatchStateMachineArn',
    'IssueApiKeyFunctionName',
    'PlanPeerComparisonFunctionName',
    'CheckSilenceFunctionName',
    'RotateSecretFunctionName',
    'CheckSecretsFunctionName',
    'SecretDrillStateMachineArn',
    'AlarmSignalsTopicArn',
    'AlarmSignalsFunctionArn',
    'AnchorDecisionsFunctionName',
    'HealPlatformFunctionName',
    'RemediationStateMachineArn',
    'EventBusName',
  ],
  edge: ['ApiUrl', 'DetectAbuseFunctionName'],
  operations: [],
};

/** Outputs of a stage with a vault. */
const VAULT_OUTPUTS: Partial<Record<(typeof PARTS)[number], string>> = {
  data: 'VaultSecretArn',
  pipeline: 'ReencryptVaultFunctionName',
};

/** The files under `state-machines/` have their own tests. */
const withoutDefinitions = (key: string, value: unknown): unknown =>
  key === 'DefinitionString' ? 'see state-machines/' : value;

/** Asset hashes would change the snapshot without a change of the infrastructure; stage names would hide differences. */
const snapshotOf = (stage: Stage): Record<string, unknown> => {
  const { templates } = synthesised.get(stage)!;
  const whole = JSON.stringify(
    Object.fromEntries(PARTS.map((part) => [part, templates[part]])),
    withoutDefinitions,
  );
  const named = whole
    .replaceAll(/[0-9a-f]{64}/g, 'asset-hash')
    // The id of a version ends in the hash of its function.
    .replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1')
    .replaceAll(`Forestall-${stage}`, 'Forestall-stage');
  return JSON.parse(named.replaceAll(`/forestall/${stage}/`, '/forestall/stage/'));
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The roles of actions follow from the catalogue (`action-roles.test.ts`), and a stage that allows all has over sixty. */
const isCompared = (key: string): boolean => !key.startsWith('RemediationActions');

/** The differences of `other` from `base`, by path. */
const differences = (base: unknown, other: unknown, path = ''): Record<string, unknown> => {
  if (!isRecord(base) || !isRecord(other)) {
    return JSON.stringify(base) === JSON.stringify(other) ? {} : { [path]: other ?? 'absent' };
  }
  const keys = [...new Set([...Object.keys(base), ...Object.keys(other)])].sort();
  return Object.assign(
    {},
    ...keys.filter(isCompared).map((key) => differences(base[key], other[key], `${path}/${key}`)),
  );
};

describe.each(STAGES)('stage %s', (stage) => {
  const { stacks, templates } = synthesised.get(stage)!;

  it('passes the template validation and both rule packs, and matches its snapshot', () => {
    const snapshot = snapshotOf(stage);
    expect(stage === 'prod' ? snapshot : differences(snapshotOf('prod'), snapshot)).toMatchSnapshot();
  });

  it.each(PARTS)('names the %s stack after the stage and gives it the outputs that others read', (part) => {
    const name = `Forestall-${stage}-${part[0]?.toUpperCase()}${part.slice(1)}`;
    expect(stacks[part].stackName).toBe(name);
    const { Outputs = {} } = templates[part] as { Outputs?: Record<string, unknown> };
    const own = Object.keys(Outputs).filter((id) => !id.startsWith('ExportsOutput'));
    const ofVault = selectStage(stage).secrets.vault ? [VAULT_OUTPUTS[part] ?? []].flat() : [];
    expect(new Set(own)).toEqual(new Set([...OUTPUTS[part], ...ofVault]));
  });
});

describe('the rule packs', () => {
  it('stop synthesis at a finding that is neither fixed nor acknowledged', () => {
    const withWildcard = () =>
      synthesise(selectStage('dev'), (app) => {
        addRulePacks(app);
        const role = new Role(new Stack(app, 'Intruder'), 'Role', { assumedBy: new AccountRootPrincipal() });
        role.addToPolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
      });
    expect(withWildcard).toThrow('AwsSolutions-IAM5[Action::s3:*]');
  });

  it('stop synthesis at a property that the resource type does not have', () => {
    const withNonsense = () =>
      synthesise(selectStage('dev'), (app) => {
        new CfnResource(new Stack(app, 'Intruder'), 'Queue', {
          type: 'AWS::SQS::Queue',
          properties: { Nonsense: 1 },
        });
      });
    expect(withNonsense).toThrow('CloudFormation-Validate::F3002');
  });
});

describe('what the emulator lacks', () => {
  const types = (stage: 'local' | 'dev') =>
    new Set([...resourcesIn(synthesised.get(stage)!).values()].map(({ Type }) => Type));

  it.each(EMULATOR_GAPS)('is omitted locally, and only there: $type', ({ type }) => {
    expect(types('local')).not.toContain(type);
    expect(types('dev')).toContain(type);
  });

  it('is the only difference of a local deployment', () => {
    const gaps = new Set(EMULATOR_GAPS.map(({ type }) => type));
    const missing = [...types('dev')].filter((type) => !types('local').has(type));
    expect(missing.filter((type) => !gaps.has(type))).toEqual([]);
  });
});

describe('selecting a stage', () => {
  it.each([undefined, 'production', '', 7])('rejects %s and lists the stages', (name) => {
    expect(() => selectStage(name)).toThrow(ConfigurationError);
    expect(() => selectStage(name)).toThrow(/-c stage=<name>: expected one of local, dev, prod/);
  });

  it('reports the value found', () => {
    expect(() => selectStage('staging')).toThrow('found "staging"');
    expect(() => selectStage(undefined)).toThrow('none was given');
  });
});

describe('validating settings', () => {
  const prod = selectStage('prod');

  it.each([
    ['a negative retention', { hotRetentionDays: -1 }, 'hotRetentionDays'],
    ['less history than forecasts read', { hotRetentionDays: 13 }, 'hotRetentionDays'],
    ['raw payloads gone before their points', { rawRetentionDays: 30 }, 'rawRetentionDays'],
    ['a cadence that no cron expression has', { forecastCadenceMinutes: 45 }, 'forecastCadenceMinutes'],
    ['runs that start after half of the cadence', { forecastSpreadMinutes: 31 }, 'forecastSpreadMinutes'],
    ['a run that throttles itself', { reservedConcurrency: { forecast: 9 } }, 'reservedConcurrency.forecast'],
    ['a reservation of nothing', { reservedConcurrency: { receive: 0 } }, 'reservedConcurrency.receive'],
    ['a retention that CloudWatch does not offer', { logRetentionDays: 10 }, 'logRetentionDays'],
    ['a burst below the rate', { throttle: { ratePerSecond: 10, burst: 5 } }, 'throttle.burst'],
    ['an invalid e-mail address', { alarmEmails: ['unknown'] }, 'alarmEmails[0]'],
    ['a misspelt setting', { dashbord: true }, 'dashbord'],
  ])('rejects %s and names the setting', (_, change, named) => {
    const validate = () => validateConfig({ ...prod, ...change });
    expect(validate).toThrow(ConfigurationError);
    expect(validate).toThrow('Stage prod');
    expect(validate).toThrow(named);
  });

  it('names the stage as unnamed if its name is missing', () => {
    expect(() => validateConfig({})).toThrow('Stage unnamed');
  });

  it('accepts the settings of all stages', () => {
    for (const stage of STAGES) expect(validateConfig(selectStage(stage))).toEqual(selectStage(stage));
  });
});
