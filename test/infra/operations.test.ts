import { globSync, readFileSync } from 'node:fs';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { SECTIONS } from '../../core/platform/doctor/runbook-sections.ts';
import { MEASURED_OUTCOMES } from '../../core/shared/telemetry.ts';
import { ActionableAlarm, anchorOf } from '../../lib/platform/actionable-alarm.ts';
import { resourcesOfType, stageOf, text } from './synthesised-stage.ts';

const minimal = stageOf('prod');
const full = stageOf('prod', { alarms: 'full' });
const actionable = full.app.node.findAll().filter((construct) => construct instanceof ActionableAlarm);
const headings = new Set(
  [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading]) => heading),
);

describe('every alarm', () => {
  it('is an ActionableAlarm', () => {
    const alarms = full.app.node.findAll().filter((construct) => construct instanceof CfnAlarm);
    expect(alarms.length).toBe(actionable.length);
    for (const alarm of alarms) expect(alarm.node.scope?.node.scope).toBeInstanceOf(ActionableAlarm);
  });

  it.each(actionable.map((alarm) => [alarm.node.path, alarm.runbook]))(
    '%s has a section in the runbook',
    (_, runbook) => {
      expect(headings).toContain(runbook);
    },
  );

  it('states the impact on users and the section of the runbook', () => {
    for (const { Properties } of resourcesOfType(full, 'AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmDescription).toMatch(/^[A-Z].+\. What to do: docs\/runbook\.md#[a-z0-9-]+$/);
  });

  it('notifies the alarm topic when it starts and when it ends', () => {
    for (const { Properties } of resourcesOfType(full, 'AWS::CloudWatch::Alarm')) {
      expect(text(Properties.AlarmActions)).toMatch(/AlarmsTopic/);
      expect(Properties.OKActions).toEqual(Properties.AlarmActions);
    }
  });

  it('bills one metric: no metric maths', () => {
    for (const { Properties } of resourcesOfType(full, 'AWS::CloudWatch::Alarm'))
      expect(Properties.Metrics).toBeUndefined();
  });
});

describe('the runbook', () => {
  it('filters log lines by messages that functions write', () => {
    const filters = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/@message like \/([^/]+)\//g)];
    expect(filters.length).toBeGreaterThan(0);
    const sources = ['functions', 'core', 'adapters'].flatMap((folder) =>
      globSync(`${folder}/**/*.ts`).map((file) => readFileSync(file, 'utf8')),
    );
    for (const [, message = ''] of filters)
      expect(
        sources.some((source) => source.includes(`'${message}`)),
        message,
      ).toBe(true);
  });

  it('has a section for each alarm and each finding of `forestall doctor`, and no other', () => {
    // An owner decides to delete a stage or to rotate a secret, and hears of a leaked key: no alarm asks for it.
    const anchors = new Set([
      'delete-a-stage-with-its-data',
      'rotate-the-signing-secret',
      'rotate-the-secret-of-the-vault',
      'rotate-the-credential-of-an-integration',
      'an-api-key-has-leaked',
    ]);
    for (const section of Object.values(SECTIONS)) anchors.add(section.split('#')[1] ?? '');
    anchors.delete('runbook');
    for (const { runbook } of actionable) anchors.add(anchorOf(runbook));
    expect(new Set([...headings].map((heading) => anchorOf(heading ?? '')))).toEqual(anchors);
  });
});

describe('the presets', () => {
  const count = (stage: typeof full) => resourcesOfType(stage, 'AWS::CloudWatch::Alarm').length;

  it('minimal has one alarm for each failure that users notice: nine more than an account has free', () => {
    expect(count(minimal)).toBe(19);
  });

  it('full adds one for each function whose failures another alarm already covers', () => {
    // Two of them for the workflow that watches deployments, whose failures also show as health `unknown`; five for that
    // of remediations, whose failures escalate the remediation.
    expect(count(full) - count(minimal)).toBe(40);
  });
});

describe('service alarms', () => {
  const alarm = (metric: string) =>
    resourcesOfType(minimal, 'AWS::CloudWatch::Alarm', ['operations']).find(
      ({ Properties }) => Properties.MetricName === metric,
    )?.Properties;

  it('treat a missing hourly dispatch as a failure', () => {
    expect(alarm('ExecutionsSucceeded')).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 3600,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
  });

  it.each([
    ['5xx', 5],
    ['ApproximateAgeOfOldestMessage', 900],
    ['ExecutionsFailed', 1],
    ['ExecutionsTimedOut', 1],
  ])('watch %s', (metric, threshold) => {
    expect(alarm(metric)).toMatchObject({ Threshold: threshold, TreatMissingData: 'notBreaching' });
  });

  it('watch senders whose data is refused for an hour, although hosts that push every five minutes miss periods', () => {
    expect(alarm('DataRefused')).toMatchObject({ EvaluationPeriods: 12, DatapointsToAlarm: 10, Period: 300 });
  });

  it('use names that Edge and Pipeline published, not exports that would prevent replacement', () => {
    expect(text(minimal.templates.operations)).not.toMatch(/ImportValue":"Forestall-prod-(Pipeline|Edge)/);
    expect(text(minimal.templates.edge)).not.toMatch(/ImportValue":"Forestall-prod-Pipeline/);
    const published = resourcesOfType(minimal, 'AWS::SSM::Parameter').map(
      ({ Properties }) => Properties.Name,
    );
    const read = [minimal.templates.edge, minimal.templates.operations].flatMap((template) =>
      [...text(template).matchAll(/"Default":"(\/forestall\/prod\/[a-z-]+)"/g)].map(([, name]) => name),
    );
    expect(new Set(read)).toEqual(new Set(published));
  });
});

describe('the dashboard', () => {
  it('exists only if the stage enables it', () => {
    expect(resourcesOfType(minimal, 'AWS::CloudWatch::Dashboard')).toHaveLength(0);
    const [dashboard] = resourcesOfType(stageOf('prod', { dashboard: true }), 'AWS::CloudWatch::Dashboard');
    for (const metric of ['5xx', 'ApproximateAgeOfOldestMessage', 'ExecutionsFailed', 'ExecutionTime'])
      expect(text(dashboard?.Properties.DashboardBody)).toContain(metric);
  });
});

describe('saved queries', () => {
  it('are those that the runbook names', () => {
    const names = resourcesOfType(minimal, 'AWS::Logs::QueryDefinition').map(
      ({ Properties }) => Properties.Name,
    );
    expect(names.sort()).toEqual(['Forestall prod/Errors by function', 'Forestall prod/Story of one run']);
    for (const name of names) expect(readFileSync('docs/runbook.md', 'utf8')).toContain(name.split('/')[1]);
  });
});

describe('alarm mails', () => {
  it('go to the addresses of the stage', () => {
    const mails = (of: typeof minimal) =>
      resourcesOfType(of, 'AWS::SNS::Subscription').filter(
        ({ Properties }) => Properties.Protocol === 'email',
      );
    expect(mails(minimal)).toHaveLength(0);
    const [subscription] = mails(stageOf('prod', { alarmEmails: ['sre@example.com'] }));
    expect(subscription?.Properties.Endpoint).toBe('sre@example.com');
  });
});

describe('alarms on what functions count', () => {
  it.each([['DataQuarantined', 'store-metrics', 'core/metrics/ingestion/storing/store-batch.ts']])(
    '%s is counted under the dimensions that the alarm names',
    (metric, service, file) => {
      const alarm = resourcesOfType(minimal, 'AWS::CloudWatch::Alarm').find(
        ({ Properties }) => Properties.MetricName === metric,
      );
      expect(alarm?.Properties).toMatchObject({
        Namespace: 'Forestall',
        Dimensions: [
          { Name: 'service', Value: service },
          { Name: 'stage', Value: 'prod' },
        ],
      });
      expect(readFileSync(file, 'utf8')).toContain(`'${metric}'`);
      const functions = resourcesOfType(minimal, 'AWS::Lambda::Function').map(
        ({ Properties }) => Properties.Environment.Variables,
      );
      const own = functions.find(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME === service);
      expect(own).toMatchObject({ POWERTOOLS_METRICS_NAMESPACE: 'Forestall', STAGE: 'prod' });
    },
  );

  it('read each outcome that is a metric, and no other, since a metric that nothing reads costs $0.30 a month', () => {
    const read = resourcesOfType(full, 'AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => Properties.Namespace === 'Forestall')
      .map(({ Properties }) => Properties.MetricName);
    // forestall doctor reads this one, of each function.
    expect(new Set([...read, 'ItemUnreadable'])).toEqual(new Set(Object.keys(MEASURED_OUTCOMES)));
  });

  it('RequestsOverQuota is counted for all functions of the API together', () => {
    const alarm = resourcesOfType(minimal, 'AWS::CloudWatch::Alarm').find(
      ({ Properties }) => Properties.MetricName === 'RequestsOverQuota',
    );
    expect(alarm?.Properties.Dimensions).toContainEqual({ Name: 'service', Value: 'api' });
  });
});
