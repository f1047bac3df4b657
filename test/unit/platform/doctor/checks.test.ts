import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgeAlarmActions,
  judgeAlarms,
  judgeSubscriptions,
  judgeTopics,
} from '../../../../core/platform/doctor/alarm-checks.ts';
import {
  judgeBuckets,
  judgeExpiry,
  judgeLogGroups,
  judgeTables,
} from '../../../../core/platform/doctor/data-checks.ts';
import {
  judgeDeadLetters,
  judgeParked,
  judgeUnreadable,
} from '../../../../core/platform/doctor/leftover-checks.ts';
import { DELETED } from '../../../../core/platform/doctor/ports.ts';
import { SECTIONS } from '../../../../core/platform/doctor/runbook-sections.ts';
import {
  judgeBootstrap,
  judgeConcurrency,
  judgeStacks,
} from '../../../../core/platform/doctor/set-up-checks.ts';
import { judgeFunctions, judgeTriggers } from '../../../../core/platform/doctor/trigger-checks.ts';

describe('sections of the runbook', () => {
  const anchors = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
  );
  it.each(Object.values(SECTIONS))('%s exists', (section) => {
    expect(anchors).toContain(section.replace('docs/runbook.md#', ''));
  });
});

describe('the account', () => {
  it.each([
    ['CREATE_COMPLETE', undefined],
    ['UPDATE_COMPLETE', undefined],
    ['missing', 'deploy the stage'],
    ['UPDATE_IN_PROGRESS', 'wait until the deployment ends'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'wait until the deployment ends'],
    ['UPDATE_ROLLBACK_COMPLETE', 'read the events of the stack, then deploy the stage again'],
    ['UPDATE_ROLLBACK_FAILED', 'read the events of the stack, then deploy the stage again'],
  ])('a stack with status %s', (status, action) => {
    expect(judgeStacks([{ name: 'Data', status }]).findings[0]?.action).toBe(action);
  });

  it.each([
    [undefined, 1],
    [5, 1],
    [6, 0],
    [30, 0],
  ])('bootstrapped with version %s', (version, findings) => {
    expect(judgeBootstrap({ version, minVersion: 6 }).findings).toHaveLength(findings);
  });

  it('needs a quota of all that may run at once', () => {
    const demands = [3, 40, 100, 20].map((functions, index) => ({ what: `part ${index}`, functions }));
    expect(judgeConcurrency({ limit: 163, demands }).findings).toEqual([]);
    const { summary, findings } = judgeConcurrency({ limit: 10, demands });
    expect(summary).toContain('up to 163 functions at once (part 2 100, part 1 40, part 3 20)');
    expect(findings[0]).toMatchObject({
      problem: expect.stringContaining('allows 10'),
      action: expect.stringContaining('--desired-value 1000'),
    });
  });

  it('requests at least what is needed, whatever the parts are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 12 }), fc.nat(3000), (parts, limit) => {
        const demands = parts.map((functions) => ({ what: 'part', functions }));
        const { findings } = judgeConcurrency({ limit, demands });
        const needed = parts.reduce((sum, part) => sum + part, 0);
        expect(findings.length > 0).toBe(needed > limit);
        const desired = /--desired-value (\d+)/.exec(findings[0]?.action ?? '')?.[1];
        if (desired !== undefined) expect(Number(desired)).toBeGreaterThanOrEqual(needed);
      }),
    );
  });
});

describe('alarms', () => {
  const topic = {
    topic: 'arn:topic',
    mayAlarmsPublish: true,
    subscriptions: [{ endpoint: 'a@example.com', isConfirmed: true }],
  };
  const alarm = {
    name: 'Operations/Alarms/RunFailed',
    id: 'RunFailed-1',
    exists: true,
    isRaised: false,
    areActionsEnabled: true,
    actions: 1,
    reason: '2 > 1',
    runbook: 'docs/runbook.md#a-forecast-run-failed',
  };

  it('reach every confirmed subscriber', () => {
    expect(judgeSubscriptions([topic]).findings).toEqual([]);
    const pending = { endpoint: 'b@example.com', isConfirmed: false };
    const one = judgeSubscriptions([{ ...topic, subscriptions: [...topic.subscriptions, pending] }]);
    expect(one.findings).toMatchObject([{ subject: 'b@example.com' }]);
    const none = judgeSubscriptions([{ ...topic, subscriptions: [] }]);
    expect(none.findings).toMatchObject([{ subject: 'arn:topic', problem: 'no one is notified of alarms' }]);
  });

  it('need a topic that lets them publish', () => {
    expect(judgeTopics([topic]).findings).toEqual([]);
    expect(judgeTopics([{ ...topic, mayAlarmsPublish: false }]).findings).toHaveLength(1);
  });

  it('need a topic that exists', () => {
    const gone = { topic: 'arn:aws:sns:eu-west-1:1:alarms', isDeleted: true } as const;
    const fact = { ...gone, mayAlarmsPublish: false, subscriptions: [] };
    const action = expect.stringContaining('aws sns create-topic --name alarms');
    expect(judgeTopics([fact]).findings).toMatchObject([
      { problem: expect.stringContaining('deleted'), action },
    ]);
    expect(judgeSubscriptions([fact]).findings).toMatchObject([
      { problem: expect.stringContaining('deleted'), action },
    ]);
  });

  it('need enabled actions', () => {
    expect(judgeAlarmActions([alarm]).findings).toEqual([]);
    expect(judgeAlarmActions([{ ...alarm, areActionsEnabled: false }]).findings[0]?.action).toBe(
      'aws cloudwatch enable-alarm-actions --alarm-names RunFailed-1',
    );
    expect(judgeAlarmActions([{ ...alarm, exists: false, areActionsEnabled: false }]).findings).toMatchObject(
      [{ problem: expect.stringContaining('deleted') }],
    );
    expect(judgeAlarmActions([{ ...alarm, actions: 0 }]).findings[0]?.problem).toBe('it notifies no topic');
  });

  it('are listed with their own section while raised', () => {
    expect(judgeAlarms([alarm]).findings).toEqual([]);
    expect(judgeAlarms([{ ...alarm, isRaised: true }]).findings).toMatchObject([
      { subject: alarm.name, problem: 'is in alarm: 2 > 1', runbook: alarm.runbook },
    ]);
    expect(judgeAlarms([{ ...alarm, isRaised: true, runbook: undefined }]).findings[0]?.runbook).toBe(
      SECTIONS.overview,
    );
  });
});

describe('data', () => {
  it('is as recoverable and protected as declared: every combination', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (flags) => {
        const [isRecoverable = false, shouldBeRecoverable = false, isProtected = false] = flags;
        const [shouldBeProtected = false, isExpiring = false, expires = false] = flags.slice(3);
        const expiry = { isExpiring, expiresBy: expires ? 'expiresAt' : undefined };
        const protection = { isRecoverable, shouldBeRecoverable, isProtected, shouldBeProtected };
        const tables = [{ name: 'T', id: 't', ...protection, ...expiry }];
        const { findings } = judgeTables(tables);
        expect(judgeExpiry(tables).findings).toHaveLength(expires && !isExpiring ? 1 : 0);
        const actions = findings.map(({ action }) => action.split(' ')[2]);
        expect(actions).toEqual([
          ...(shouldBeRecoverable && !isRecoverable ? ['update-continuous-backups'] : []),
          ...(shouldBeProtected && !isProtected ? ['update-table'] : []),
        ]);
      }),
    );
  });

  it('that was deleted is named, with commands that can bring it back', () => {
    const protection = { isRecoverable: false, shouldBeRecoverable: true, isProtected: false };
    const table = { name: 'Data/T', id: 't', ...protection, shouldBeProtected: true, isExpiring: false };
    const gone = { ...table, expiresBy: 'expiresAt', isDeleted: true };
    expect(judgeTables([gone]).findings).toEqual([
      {
        subject: 'Data/T',
        problem: 'it was deleted, although its stack declares it',
        action: expect.stringContaining('aws dynamodb list-backups --table-name t --backup-type SYSTEM'),
        runbook: SECTIONS.restore,
      },
    ]);
    expect(judgeExpiry([gone]).findings).toEqual([]);
    const bucket = { name: 'Data/B', id: 'b', rules: 0, expectedRules: 2 };
    expect(judgeBuckets([{ ...bucket, isDeleted: true }]).findings).toMatchObject([
      { subject: 'Data/B', problem: expect.stringContaining('deleted') },
    ]);
    const group = { id: 'group', days: undefined, expectedDays: 30 };
    expect(judgeLogGroups([{ ...group, isDeleted: true }]).findings).toMatchObject([
      { problem: expect.stringContaining('deleted'), action: expect.stringContaining('create-log-group') },
    ]);
  });

  it.each([
    [30, undefined],
    [undefined, 'keeps lines for ever, expected 30 days'],
    [14, 'keeps lines for 14 days, expected 30 days'],
  ])('logs that are kept for %s days', (days, problem) => {
    expect(judgeLogGroups([{ id: 'group', days, expectedDays: 30 }]).findings[0]?.problem).toBe(problem);
  });
});

describe('triggers and leftovers', () => {
  it('what was deleted is named, and no command claims to enable it', () => {
    const trigger = {
      name: 'Hourly',
      kind: 'schedule',
      isEnabled: false,
      state: DELETED,
      enable: '',
    } as const;
    for (const { findings } of [
      judgeTriggers([trigger]),
      judgeFunctions([{ name: 'Hourly', id: 'f', state: 'deleted' }]),
    ])
      expect(findings).toMatchObject([
        {
          subject: 'Hourly',
          problem: expect.stringContaining('deleted'),
          action: expect.stringMatching(/^remove/),
        },
      ]);
  });

  it('a function that was stopped comes with the command that starts it', () => {
    const functions = [
      { name: 'A', id: 'a-1', state: 'active' },
      { name: 'B', id: 'b-1', state: 'stopped' },
    ] as const;
    expect(judgeFunctions(functions)).toMatchObject({
      summary: '1 of 2 can be invoked',
      findings: [{ subject: 'B', action: 'aws lambda delete-function-concurrency --function-name b-1' }],
    });
  });

  it('a bucket whose rules were removed keeps its objects for ever', () => {
    const bucket = { name: 'Raw', id: 'raw-1', rules: 3, expectedRules: 3 };
    expect(judgeBuckets([bucket]).findings).toEqual([]);
    expect(judgeBuckets([{ ...bucket, rules: 0 }]).findings).toMatchObject([
      { subject: 'Raw', problem: expect.stringContaining('0 of 3 rules') },
    ]);
  });

  it('a disabled trigger comes with the command that enables it', () => {
    const trigger = {
      name: 'Rule',
      kind: 'rule',
      isEnabled: true,
      state: 'ENABLED',
      enable: 'aws …',
    } as const;
    const off = { ...trigger, isEnabled: false, state: 'DISABLED' };
    expect(judgeTriggers([trigger, off])).toMatchObject({
      summary: '1 of 2 enabled',
      findings: [{ subject: 'Rule', problem: 'the rule is disabled', action: 'aws …' }],
    });
  });

  it('dead letters are named with the section of their alarm', () => {
    const queue = { name: 'DeadLetters', messages: 0, runbook: 'docs/runbook.md#x' };
    expect(judgeDeadLetters([queue]).findings).toEqual([]);
    expect(judgeDeadLetters([{ ...queue, messages: 1 }]).findings).toMatchObject([
      { problem: 'holds 1 message', runbook: 'docs/runbook.md#x' },
    ]);
    expect(judgeDeadLetters([{ ...queue, messages: 2, runbook: undefined }]).findings).toMatchObject([
      { problem: 'holds 2 messages', runbook: SECTIONS.overview },
    ]);
  });

  it('parked payloads are counted by tenant, with a reason', () => {
    expect(judgeParked([]).summary).toBe('none');
    const parked = { tenantId: 'acme', payloads: 2, isMore: true, address: 's3://b/q/', reason: 'damaged' };
    expect(judgeParked([parked])).toMatchObject({
      summary: 'of 1 tenant',
      findings: [{ subject: 'tenant acme', problem: 'more than 2 payloads could not be stored: damaged' }],
    });
    expect(
      judgeParked([{ ...parked, isMore: false, payloads: 1, reason: undefined }]).findings[0]?.problem,
    ).toBe('1 payload could not be stored');
  });

  it('unreadable items are reported by function', () => {
    const { findings } = judgeUnreadable([
      { service: 'query-api', count: 3 },
      { service: 'detect-anomalies', count: 0 },
    ]);
    expect(findings).toMatchObject([{ subject: 'query-api', problem: expect.stringContaining('3 times') }]);
  });
});
