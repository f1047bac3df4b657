import { describe, expect, it } from 'vitest';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { HEALED } from '../../lib/remediation/alarm-healing.ts';
import { LEFT_TO_PEOPLE } from './left-to-people.ts';
import { resourcesIn, resourcesOfType, stageOf, text, WITH_SWITCHES } from './synthesised-stage.ts';

const alarmsOf = (stage: 'dev' | 'prod', changes: Partial<StageConfig> = {}) =>
  [...resourcesIn(stageOf(stage, changes))]
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([name]) => name);

describe.each([
  ['dev', {}],
  ['prod', {}],
  ['prod', WITH_SWITCHES],
  ['prod', { alarms: 'full' }],
] as const)('alarms of %s with %o', (stage, changes) => {
  it.each(alarmsOf(stage, changes))('%s is healed in one way, or left to people for one reason', (name) => {
    const healed = HEALED.filter(({ alarm }) => name.includes(alarm));
    const left = LEFT_TO_PEOPLE.filter(({ alarm }) => alarm.test(name));
    expect([...healed, ...(healed.length === 0 ? left : [])]).toHaveLength(1);
  });
});

describe('the healing of alarms', () => {
  const prod = stageOf('prod');
  const names = new Set([...alarmsOf('prod'), ...alarmsOf('prod', { ...WITH_SWITCHES, alarms: 'full' })]);

  it('has no entry for an alarm that does not exist', () => {
    for (const { alarm } of HEALED)
      expect(
        [...names].filter((name) => name.includes(alarm)),
        alarm,
      ).not.toEqual([]);
    for (const { alarm } of LEFT_TO_PEOPLE)
      expect(
        [...names].filter((name) => alarm.test(name)),
        String(alarm),
      ).not.toEqual([]);
  });

  it('is told to the function that does it', () => {
    const [healer] = [...resourcesIn(prod)].filter(([name]) => /SelfHealingHealPlatformFunction/.test(name));
    const { HEALING_PLANS: plans } = healer![1].Properties.Environment.Variables;
    expect(
      JSON.parse(plans).map(({ alarm, action }: { alarm: string; action: string }) => ({ alarm, action })),
    ).toEqual(HEALED);
  });

  it('begins with each change of state of the alarms of the stage, and of no others', () => {
    const rules = resourcesOfType(prod, 'AWS::Events::Rule').filter((rule) =>
      text(rule).includes('SelfHealing'),
    );
    expect(rules).toHaveLength(1);
    expect(rules[0]!.Properties.EventPattern).toEqual({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: { alarmName: [{ prefix: 'Forestall-prod-' }] },
    });
    expect(rules[0]!.Properties.Targets[0].DeadLetterConfig).toBeDefined();
  });
});
