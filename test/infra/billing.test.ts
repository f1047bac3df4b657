import { describe, expect, it } from 'vitest';
import { BILLING_MODELS } from '../../cost/billing-models.ts';
import { STAGES } from '../../lib/config/stage-config.ts';
import { resourcesIn, stageOf } from './synthesised-stage.ts';

interface HourlySetting {
  readonly type: string;
  readonly setting: string;
  readonly isOn: (properties: Readonly<Record<string, unknown>>) => boolean;
}

/** Settings that turn a type billed by usage into one billed by the hour. */
const HOURLY_SETTINGS: readonly HourlySetting[] = [
  {
    type: 'AWS::DynamoDB::GlobalTable',
    setting: 'provisioned capacity',
    isOn: ({ BillingMode }) => BillingMode !== 'PAY_PER_REQUEST',
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    setting: 'provisioned pollers',
    isOn: (properties) => 'ProvisionedPollerConfig' in properties,
  },
  {
    type: 'AWS::Lambda::Function',
    setting: 'a network interface in a VPC, which needs a NAT gateway',
    isOn: (properties) => 'VpcConfig' in properties,
  },
  {
    type: 'AWS::SSM::Parameter',
    setting: 'the advanced tier',
    isOn: ({ Tier }) => Tier !== undefined && Tier !== 'Standard',
  },
];

/** Resources of a stage that cost money while idle, or whose billing model is unknown. */
const findings = (resources: Iterable<{ readonly Type: string; readonly Properties?: unknown }>): string[] =>
  [...resources].flatMap(({ Type, Properties }) => {
    const model = BILLING_MODELS[Type];
    if (model === undefined) return [`${Type}: add it to cost/billing-models.ts with its billing model`];
    if (model.bills === 'hour') return [`${Type} bills by the hour`];
    return HOURLY_SETTINGS.filter(({ type, isOn }) => type === Type && isOn((Properties ?? {}) as never)).map(
      ({ setting }) => `${Type} bills by the hour: ${setting}`,
    );
  });

describe.each(STAGES)('stage %s', (stage) => {
  it('contains nothing billed by the hour, and nothing with unknown billing', () => {
    expect(findings(resourcesIn(stageOf(stage)).values())).toEqual([]);
  });
});

describe('the check', () => {
  it.each([
    ['AWS::EC2::NatGateway', {}, 'bills by the hour'],
    ['AWS::SageMaker::Endpoint', {}, 'bills by the hour'],
    ['AWS::Quantum::Toaster', {}, 'add it to cost/billing-models.ts'],
    ['AWS::DynamoDB::GlobalTable', { BillingMode: 'PROVISIONED' }, 'provisioned capacity'],
    ['AWS::DynamoDB::GlobalTable', {}, 'provisioned capacity'],
    ['AWS::Lambda::EventSourceMapping', { ProvisionedPollerConfig: {} }, 'provisioned pollers'],
    ['AWS::Lambda::Function', { VpcConfig: {} }, 'NAT gateway'],
    ['AWS::SSM::Parameter', { Tier: 'Advanced' }, 'advanced tier'],
  ])('finds %s %j', (Type, Properties, finding) => {
    expect(findings([{ Type, Properties }])).toEqual([expect.stringContaining(finding)]);
  });

  it('has only alarms and three secrets billed by the month in production', () => {
    const monthly = [...resourcesIn(stageOf('prod')).values()].filter(
      ({ Type }) => BILLING_MODELS[Type]?.bills === 'month',
    );
    expect(new Set(monthly.map(({ Type }) => Type))).toEqual(
      new Set(['AWS::CloudWatch::Alarm', 'AWS::SecretsManager::Secret']),
    );
    expect(monthly.filter(({ Type }) => Type === 'AWS::SecretsManager::Secret')).toHaveLength(3);
  });
});
