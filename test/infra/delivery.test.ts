import { describe, expect, it } from 'vitest';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { PARTS } from '../../lib/synth/synthesise.ts';
import { type Resource, resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';
import { tableNamed } from './table-grants.ts';

const stage = stageOf('prod');

/** Resources of one template, by logical id: references only resolve within it. */
const templates = PARTS.map((part) => [part, resourcesIn(stage, [part])] as const);
const localId = (id: string): string => id.split('/')[1] ?? id;

const deadLetterIds = (resources: ReadonlyMap<string, Resource>): Set<string> => {
  const ids = new Set<string>();
  for (const { Properties } of resources.values()) {
    const targets = [
      Properties?.RedrivePolicy?.deadLetterTargetArn,
      Properties?.Target?.DeadLetterConfig?.Arn,
      Properties?.DestinationConfig?.OnFailure?.Destination,
    ];
    for (const target of targets) if (target?.['Fn::GetAtt']) ids.add(target['Fn::GetAtt'][0]);
  }
  return ids;
};

describe('queues', () => {
  it.each(templates)(
    'of %s are watched when they keep what failed, and keep what failed otherwise',
    (_, resources) => {
      const alarms = [...resources.values()].filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
      for (const [id, queue] of resources) {
        if (queue.Type !== 'AWS::SQS::Queue') continue;
        const keepsFailures = deadLetterIds(resources).has(localId(id));
        const watched = alarms.some(
          ({ Properties }) =>
            Properties.MetricName === 'ApproximateNumberOfMessagesVisible' &&
            text(Properties.Dimensions).includes(localId(id)) &&
            Properties.Threshold === 1,
        );
        expect({ id, watched, retried: Properties(queue) }).toMatchObject(
          keepsFailures ? { watched: true } : { retried: { maxReceiveCount: 10 } },
        );
      }
    },
  );

  it('are four for work and four for failures', () => {
    expect(resourcesOfType(stage, 'AWS::SQS::Queue')).toHaveLength(8);
  });

  it('keep failures for two weeks, encrypt, and hide a message six times as long as its function runs', () => {
    const queues = resourcesOfType(stage, 'AWS::SQS::Queue');
    for (const { Properties } of queues) expect(Properties.SqsManagedSseEnabled).toBe(true);
    expect(queues.filter(({ Properties }) => Properties.MessageRetentionPeriod === 1_209_600)).toHaveLength(
      4,
    );
    const work = queues.filter(({ Properties }) => Properties.RedrivePolicy);
    expect(work.map(({ Properties }) => Properties.VisibilityTimeout).sort()).toEqual([180, 360, 360, 720]);
    for (const { Properties } of work) expect(Properties.ReceiveMessageWaitTimeSeconds).toBe(20);
  });
});

const Properties = (queue: Resource): unknown => queue.Properties.RedrivePolicy;

describe('deliveries by AWS', () => {
  const mappings = resourcesOfType(stage, 'AWS::Lambda::EventSourceMapping');

  it('is retried and ends in a queue: every schedule', () => {
    const schedules = resourcesOfType(stage, 'AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(7);
    for (const { Properties } of schedules) {
      const target = text(Properties.Target.Arn);
      const isHourly = /Dispatch|CheckSecrets|SecretDrill|DetectAbuse/.test(target);
      const isDaily = target.includes('AnchorDecisions');
      expect(Properties.Target.RetryPolicy).toMatchObject({
        MaximumRetryAttempts: 5,
        MaximumEventAgeInSeconds: isDaily ? 21_600 : isHourly ? 3600 : 300,
      });
      expect(Properties.Target.DeadLetterConfig.Arn).toBeDefined();
    }
  });

  it('is retried and ends in a queue: every rule target', () => {
    for (const { Properties } of resourcesOfType(stage, 'AWS::Events::Rule'))
      for (const target of Properties.Targets ?? []) {
        expect(target.RetryPolicy).toBeDefined();
        expect(target.DeadLetterConfig).toBeDefined();
      }
  });

  it('never invoke a function asynchronously without a destination for failures', () => {
    const asynchronous = resourcesOfType(stage, 'AWS::Lambda::Permission').filter(({ Properties }) =>
      /^(events|sns|s3|scheduler|logs|lambda\.alarms)\./.test(Properties.Principal),
    );
    const configured = resourcesOfType(stage, 'AWS::Lambda::EventInvokeConfig').filter(
      ({ Properties }) => Properties.DestinationConfig?.OnFailure,
    );
    // Alarms as actions, and the rules of alarms that are healed, and of remediations that stopped or need people.
    expect(asynchronous).toHaveLength(4);
    const expected = [
      ['GroupSignals', 'IncidentsDeadLetters', 21_600],
      ['PlanPeerComparison', 'AnomaliesDeadLetters', 1800],
      ['ComparePeers', 'AnomaliesDeadLetters', 1800],
      ['CheckSilence', 'AnomaliesDeadLetters', 300],
      ['StartSilenceChecks', 'AnomaliesDeadLetters', 300],
      ['CheckSecrets', 'AnomaliesDeadLetters', 3600],
      ['DetectAbuse', 'deadlettersarn', 3600],
      ['AnchorDecisions', 'AnomaliesDeadLetters', 21_600],
      ['HealPlatform', 'AnomaliesDeadLetters', 3600],
      ['CloseRemediation', 'AnomaliesDeadLetters', 21_600],
      ['TellPeople', 'AnomaliesDeadLetters', 21_600],
    ] as const;
    expect(configured).toHaveLength(expected.length);
    for (const [name, queue, seconds] of expected) {
      const own = configured.find(({ Properties }) => text(Properties.FunctionName).includes(name));
      expect(own?.Properties).toMatchObject({
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: seconds,
      });
      expect(text(own?.Properties.DestinationConfig)).toContain(queue);
    }
  });

  it.each([
    ['compares peers', 'PeersPlanPeerComparison', '1/5'],
    ['looks for silent targets', 'SilenceStartSilenceChecks', '2/5'],
  ])('%s every five minutes, and the schedule may invoke %s and nothing else', (_, name, minute) => {
    const schedule = resourcesOfType(stage, 'AWS::Scheduler::Schedule').find(({ Properties }) =>
      text(Properties.Target.Arn).includes(name),
    );
    expect(schedule?.Properties).toMatchObject({ ScheduleExpression: `cron(${minute} * * * ? *)` });
    const [, roleId] = /"Fn::GetAtt":\["(\w+)"/.exec(text(schedule?.Properties.Target.RoleArn)) ?? [];
    const statements = resourcesOfType(stage, 'AWS::IAM::Policy')
      .filter(({ Properties }) => text(Properties.Roles).includes(`"${roleId}"`))
      .flatMap(
        ({ Properties }): { Action: string; Resource: unknown }[] => Properties.PolicyDocument.Statement,
      );
    expect(statements.map(({ Action }) => Action)).toEqual(['lambda:InvokeFunction', 'sqs:SendMessage']);
    expect(text(statements[0]?.Resource)).toMatch(
      new RegExp(`^\\{"Fn::GetAtt":\\["${name}\\w+","Arn"\\]\\}$`),
    );
    expect(text(statements[1]?.Resource)).toContain('AnomaliesDeadLetters');
  });

  it('lets the scheduler of this account alone take the roles of schedules', () => {
    const roles = resourcesOfType(stage, 'AWS::IAM::Role').filter(({ Properties }) =>
      text(Properties.AssumeRolePolicyDocument).includes('scheduler.amazonaws.com'),
    );
    expect(roles).toHaveLength(7);
    for (const { Properties } of roles)
      expect(Properties.AssumeRolePolicyDocument.Statement[0].Condition.StringEquals).toMatchObject({
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
      });
  });

  it.each([
    ['IncidentsSignalsQueue', 'IncidentsDeadLetters'],
    ['RemediationIntakeCausesQueue', 'AnomaliesDeadLetters'],
  ])(
    'brings alarms of a topic to %s as they are, and keeps in %s what cannot be delivered',
    (queue, deadLetters) => {
      const subscriptions = resourcesOfType(stage, 'AWS::SNS::Subscription').filter(
        ({ Properties }) => Properties.Protocol === 'sqs',
      );
      expect(subscriptions).toHaveLength(2);
      const own = subscriptions.find(({ Properties }) => text(Properties.Endpoint).includes(queue));
      expect(own?.Properties.RawMessageDelivery).toBe(true);
      expect(text(own?.Properties.TopicArn)).toContain('IncidentsAlarmActionsTopic');
      expect(text(own?.Properties.RedrivePolicy)).toContain(deadLetters);
    },
  );

  it('parks unreadable messages of incidents in their dead-letter queue, and lets them be sent nowhere else', () => {
    const queuesSentToBy = (name: string): string[] => {
      const statements = resourcesOfType(stage, 'AWS::IAM::Policy')
        .filter(({ Properties }) => text(Properties.PolicyName).includes(`Incidents${name}Role`))
        .flatMap(
          ({ Properties }): { Action: unknown; Resource: unknown }[] => Properties.PolicyDocument.Statement,
        )
        .filter(({ Action }) => text(Action).includes('sqs:SendMessage'));
      const arns = statements.flatMap(({ Resource }) => (Array.isArray(Resource) ? Resource : [Resource]));
      return [
        ...new Set(
          arns.map((arn) => /Incidents(DeadLetters|SignalsQueue)/.exec(text(arn))?.[1] ?? text(arn)),
        ),
      ];
    };
    expect(queuesSentToBy('DiagnoseIncident')).toEqual(['DeadLetters']);
    expect(new Set(queuesSentToBy('GroupSignals'))).toEqual(new Set(['DeadLetters', 'SignalsQueue']));
    for (const name of ['group-signals', 'diagnose-incident']) {
      const [fn] = resourcesOfType(stage, 'AWS::Lambda::Function').filter(
        ({ Properties }) => Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME === name,
      );
      const url = text(fn?.Properties.Environment.Variables.DEAD_LETTERS_QUEUE_URL);
      expect(url).toContain('IncidentsDeadLetters');
    }
  });

  it('brings the beginning and the end of anomalies, and predicted breaches, to the signals queue', () => {
    const rule = resourcesOfType(stage, 'AWS::Events::Rule').find(({ Properties }) =>
      text(Properties.EventPattern).includes('AnomalyDetected'),
    );
    expect(rule?.Properties.EventPattern['detail-type']).toEqual([
      'AnomalyDetected',
      'AnomalyEnded',
      'BreachPredicted',
      'BreachCleared',
    ]);
    expect(text(rule?.Properties.Targets[0].Arn)).toContain('IncidentsSignalsQueue');
  });

  it('carry the scheduled time, so that a redelivery starts nothing new', () => {
    const [schedule] = resourcesOfType(stage, 'AWS::Scheduler::Schedule');
    expect(JSON.parse(schedule?.Properties.Target.Input)).toEqual({
      scheduledAt: '<aws.scheduler.scheduled-time>',
    });
  });

  it('reports queue batches message by message, with a cap on parallel consumers', () => {
    const mapping = mappings.find(({ Properties }) => Properties.StartingPosition === undefined);
    expect(mapping?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
      MaximumBatchingWindowInSeconds: 2,
    });
  });

  it('follows blocks in the stream from its beginning, bounded in retries and age, and keeps what it gives up', () => {
    const streams = mappings.filter(({ Properties }) => Properties.StartingPosition !== undefined);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 21_600,
    });
    expect(text(streams[0]?.Properties.EventSourceArn)).toMatch(/BlocksStoreTable\w+StreamArn/);
    expect(streams[0]?.Properties.DestinationConfig.OnFailure.Destination).toBeDefined();
    const filters = streams[0]?.Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
      JSON.parse(Pattern),
    );
    expect(filters).toEqual([{ eventName: ['INSERT', 'MODIFY'] }]);
  });

  it('passes on the new image of what changes in the table of blocks, and of no other table', () => {
    const streams = [...resourcesIn(stage)].flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::DynamoDB::GlobalTable' && Properties.StreamSpecification !== undefined
        ? [[tableNamed(id), Properties.StreamSpecification]]
        : [],
    );
    expect(streams).toEqual([['Blocks', { StreamViewType: 'NEW_IMAGE' }]]);
  });
});

describe('the cadence', () => {
  const cronFor = (forecastCadenceMinutes: 15 | 60 | 240) =>
    resourcesOfType(stageOf('dev', { forecastCadenceMinutes }), 'AWS::Scheduler::Schedule')[0]?.Properties
      .ScheduleExpression;

  it.each([
    [15, 'cron(5/15 * * * ? *)'],
    [60, 'cron(5 * * * ? *)'],
    [240, 'cron(5 */4 * * ? *)'],
  ] as const)('of %i minutes is a cron expression past the hour', (minutes, cron) => {
    expect(cronFor(minutes)).toBe(cron);
  });
});

describe('concurrency', () => {
  const reservations = (change: Partial<StageConfig>) =>
    Object.fromEntries(
      resourcesOfType(stageOf('prod', change), 'AWS::Lambda::Function').flatMap(({ Properties }) => {
        const { ReservedConcurrentExecutions: reserved, Environment } = Properties;
        return reserved === undefined ? [] : [[Environment.Variables.POWERTOOLS_SERVICE_NAME, reserved]];
      }),
    );
  const fleetOf = (change: Partial<StageConfig>) =>
    resourcesOfType(stageOf('prod', change), 'AWS::StepFunctions::StateMachine').find(({ Properties }) =>
      text(Properties).includes('BatchesAtOnce'),
    )?.Properties.DefinitionSubstitutions;

  it('is reserved only for the functions that the stage names, because small accounts cannot reserve any', () => {
    expect(reservations({})).toEqual({});
    const reservedConcurrency = { receive: 200, query: 20, detect: 60, forecast: 80 };
    expect(reservations({ reservedConcurrency })).toEqual({
      ...{ 'receive-metrics': 200, 'query-api': 20 },
      ...{ 'detect-anomalies': 60, 'forecast-batch': 80 },
    });
  });

  it('of a forecast run, and the minutes over which runs start, are settings of the stage', () => {
    expect(fleetOf({})).toMatchObject({ BatchesAtOnce: '10' });
    expect(fleetOf({ forecastConcurrency: 3 })).toMatchObject({ BatchesAtOnce: '3' });
    const lister = resourcesOfType(stageOf('prod', { forecastSpreadMinutes: 7 }), 'AWS::Lambda::Function')
      .map(({ Properties }) => Properties.Environment.Variables)
      .find(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME === 'list-tenants');
    expect(lister).toMatchObject({ FORECAST_SPREAD_MINUTES: '7' });
  });
});
