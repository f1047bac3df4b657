import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { REMEDIATION_SOURCE } from '../../core/remediation/events.ts';
import type { StageConfig } from '../config/stage-config.ts';
import type { DeadLetters } from '../platform/dead-letter-queue.ts';
import type { DomainEventBus } from '../platform/event-bus.ts';
import { ObservedFunction } from '../platform/observed-function.ts';

export interface PeopleNoticesProps {
  readonly config: StageConfig;
  readonly bus: DomainEventBus;
  readonly deadLetters: DeadLetters;
  /** Where alarms go: the same people decide about remediations. */
  readonly notify: ITopic;
}

/** A question is open for four hours at most, and who has to take over is told late rather than never. */
const MAX_AGE = Duration.hours(6);
/** As many as EventBridge makes. */
const RETRIES = 185;

/** Tells the receivers of alarms when a remediation or its undoing waits for an approval, or a remediation for a person to take over. */
export class PeopleNotices extends Construct {
  constructor(scope: Construct, id: string, props: PeopleNoticesProps) {
    super(scope, id);
    const { config, bus, deadLetters, notify } = props;
    const teller = new ObservedFunction(this, 'TellPeople', {
      entry: 'tell-people',
      traced: true,
      description: 'Tells people that a remediation waits for them',
      ...{ config, notify, memoryMb: 256, timeout: Duration.seconds(30) },
      failure: {
        impact: 'Nobody is told that a remediation or its undoing waits for an approval, or that it failed.',
        runbook: 'Nobody is told about remediations',
        coveredBy: 'dead letters of anomaly detection',
      },
      asynchronous: { deadLetters, maxAge: MAX_AGE },
      environment: { PEOPLE_TOPIC_ARN: notify.topicArn },
    });
    teller.allow(['sns:Publish'], [notify.topicArn]);
    new Rule(this, 'PeopleNeeded', {
      eventBus: bus.bus,
      eventPattern: {
        source: [REMEDIATION_SOURCE],
        detailType: ['RemediationApprovalRequested', 'RemediationUndoRequested', 'RemediationEscalated'],
        detail: { tenantId: [config.ownTenant] },
      },
      targets: [
        new LambdaFunction(teller.fn, {
          ...{ deadLetterQueue: deadLetters.queue, maxEventAge: MAX_AGE, retryAttempts: RETRIES },
        }),
      ],
    });
  }
}
