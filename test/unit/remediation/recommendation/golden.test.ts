import { describe, expect, it } from 'vitest';
import { forReader, type Reader } from '../../../../core/remediation/recommendation/for-reader.ts';
import { consider } from '../../../../core/remediation/recommendation/recommend.ts';
import type { Recommendation } from '../../../../core/remediation/recommendation/recommendation.ts';
import {
  type Candidate,
  RecommendationInputs,
} from '../../../../core/remediation/recommendation/recommendation-inputs.ts';
import { HOUR, inputsWith, NOW, outcome, problem } from './samples.ts';

const recommend = (...given: Parameters<typeof consider>) => consider(...given).recommendations;

/** A service whose policy allows four actions. */
const SERVICE: readonly Candidate[] = [
  {
    ...{ resource: 'ecs-service:shop/checkout', action: 'scale-out-service' },
    parameters: { add: 2, max: 10, usdPerUnitHour: 0.1 },
    reading: { state: { desired: 4, min: 1, max: 20, inService: 4 } },
  },
  {
    ...{ resource: 'ecs-service:shop/checkout', action: 'restart-service', parameters: {} },
    reading: { state: { generation: 'd-1', units: 4, isBusy: false } },
  },
  {
    ...{ resource: 'ecs-service:shop/checkout', action: 'roll-back-service', parameters: {} },
    reading: { state: { version: 'v8', available: ['v8', 'v7'], units: 4, isBusy: false } },
  },
  {
    ...{ resource: 'lambda-alias:orders/live', action: 'roll-back-alias', parameters: {} },
    reading: { state: { version: '8', available: ['8', '7'], units: 1, isBusy: false } },
  },
  {
    ...{ resource: 'rds-instance:orders', action: 'grow-storage', parameters: { maxGib: 500 } },
    reading: { state: { gib: 100, isBusy: false } },
  },
  {
    ...{
      resource: 'sqs-queue:orders-dead',
      action: 'redrive-dead-letters',
      parameters: { maxMessages: 500 },
    },
    reading: { state: { messages: 40, lastTaskAt: 0, startedBy: null, status: 'none' } },
  },
  {
    ...{ resource: 'ssm-document:Repair', action: 'run-automation', parameters: {} },
    reading: { state: { startedBy: null, status: 'none' } },
  },
];
const DEPLOYED = { deployed: 'v8', previous: 'v7' };

const about = (alertType: string, changes: Partial<RecommendationInputs> = {}) =>
  inputsWith({
    problem: { ...problem, alertType, confidence: 0.9, impactAt: null },
    candidates: [...SERVICE],
    deployment: DEPLOYED,
    ...changes,
  });

const shown = (list: readonly Recommendation[]) =>
  list.map(
    ({ plan, horizon, score }) =>
      `${score.toFixed(2)} ${horizon}: ${plan.action.id} of ${plan.resource}, ${plan.change.summary}`,
  );
const listOf = (inputs: RecommendationInputs) =>
  shown(recommend(RecommendationInputs.parse(JSON.parse(JSON.stringify(inputs)))));
const orderFor = (inputs: RecommendationInputs, reader: Partial<Reader>) =>
  forReader(recommend(inputs), {
    ...{ role: 'operator', skill: 'practised', preference: 'balanced' },
    ...reader,
  }).map(({ plan }) => plan.action.id);

describe('recommendations of the catalogue', () => {
  it.each<[string, RecommendationInputs, readonly string[]]>([
    [
      'CPU short in six hours',
      about('cpu-high', { problem: { ...problem, impactAt: NOW + 6 * HOUR } }),
      [
        '0.54 short: scale-out-service of ecs-service:shop/checkout, desired tasks 4 → 6',
        '0.25 short: roll-back-service of ecs-service:shop/checkout, task definition v8 → v7',
        '0.19 short: restart-service of ecs-service:shop/checkout, restart 4 tasks',
      ],
    ],
    [
      'a memory leak',
      about('memory-leak'),
      [
        '0.41 immediate: restart-service of ecs-service:shop/checkout, restart 4 tasks',
        '0.34 short: scale-out-service of ecs-service:shop/checkout, desired tasks 4 → 6',
        '0.34 short: roll-back-service of ecs-service:shop/checkout, task definition v8 → v7',
        '0.09 preventive: run-automation of ssm-document:Repair, start the runbook',
      ],
    ],
    [
      'a failed deployment',
      about('failed-deployment'),
      [
        '0.42 immediate: roll-back-service of ecs-service:shop/checkout, task definition v8 → v7',
        '0.09 short: run-automation of ssm-document:Repair, start the runbook',
      ],
    ],
    [
      'a full disk in a day',
      about('disk-full', { problem: { ...problem, alertType: 'disk-full', impactAt: NOW + 24 * HOUR } }),
      [
        '0.38 long: grow-storage of rds-instance:orders, storage 100 → 120 GiB',
        '0.16 long: run-automation of ssm-document:Repair, start the runbook',
      ],
    ],
    [
      'dead letters',
      about('dead-letters'),
      [
        '0.42 immediate: roll-back-service of ecs-service:shop/checkout, task definition v8 → v7',
        '0.27 short: redrive-dead-letters of sqs-queue:orders-dead, redrive about 40 messages, at most 50 a second',
        '0.12 short: run-automation of ssm-document:Repair, start the runbook',
      ],
    ],
    [
      'latency',
      about('latency-high'),
      [
        '0.43 immediate: scale-out-service of ecs-service:shop/checkout, desired tasks 4 → 6',
        '0.42 immediate: roll-back-service of ecs-service:shop/checkout, task definition v8 → v7',
        '0.13 short: restart-service of ecs-service:shop/checkout, restart 4 tasks',
      ],
    ],
    ['telemetry that is missing', about('telemetry-missing'), []],
  ])('for %s', (_, inputs, expected) => {
    expect(listOf(inputs)).toEqual(expected);
  });

  it('are the same plans in the order of the reader', () => {
    const inputs = about('memory-leak');
    expect(orderFor(inputs, {})).toEqual([
      'restart-service',
      'scale-out-service',
      'roll-back-service',
      'run-automation',
    ]);
    expect(orderFor(inputs, { preference: 'careful' })).toEqual([
      'scale-out-service',
      'restart-service',
      'roll-back-service',
      'run-automation',
    ]);
    expect(orderFor(inputs, { preference: 'fast' })).toEqual([
      'scale-out-service',
      'restart-service',
      'roll-back-service',
      'run-automation',
    ]);
    expect(orderFor(inputs, { preference: 'cheap', skill: 'expert' })).toEqual([
      'restart-service',
      'roll-back-service',
      'scale-out-service',
      'run-automation',
    ]);
    expect(orderFor(inputs, { role: 'viewer', skill: 'new' })).toEqual([
      'restart-service',
      'scale-out-service',
      'roll-back-service',
      'run-automation',
    ]);
  });

  it('change with the record', () => {
    const leak = (results: readonly ('succeeded' | 'failed')[]) =>
      about('memory-leak', {
        track: {
          outcomes: results.map((result) =>
            outcome({ action: 'restart-service', alertType: 'memory-leak', result, at: NOW - HOUR }),
          ),
        },
      });
    expect(orderFor(leak(['succeeded', 'succeeded']), {})[0]).toBe('restart-service');
    expect(orderFor(leak(['failed', 'failed', 'failed']), {})[0]).not.toBe('restart-service');
  });
});
