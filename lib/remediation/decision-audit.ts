import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import type { DeadLetters } from '../platform/dead-letter-queue.ts';
import { FunctionSchedule } from '../platform/function-schedule.ts';
import { ObservedFunction } from '../platform/observed-function.ts';
import type { DecisionBucket } from './decision-bucket.ts';
import type { RemediationTable } from './remediation-table.ts';

export interface DecisionAuditProps {
  readonly config: StageConfig;
  readonly remediations: RemediationTable;
  readonly decisions: DecisionBucket;
  readonly notify: ITopic;
  /** Shared with anomaly detection: an alarm of its own would cost more than everything else here. */
  readonly deadLetters: DeadLetters;
}

const MAX_AGE = Duration.hours(6);

/** Verifies the decisions of each tenant every day, and anchors them where nobody can change them. */
export class DecisionAudit extends Construct {
  readonly anchorer: ObservedFunction;

  constructor(scope: Construct, id: string, props: DecisionAuditProps) {
    super(scope, id);
    const { config, remediations, decisions, notify, deadLetters } = props;
    this.anchorer = new ObservedFunction(this, 'AnchorDecisions', {
      entry: 'anchor-decisions',
      description: 'Verifies the chains of decisions, and anchors them in S3',
      ...{ config, notify, memoryMb: 512, timeout: Duration.minutes(10) },
      failure: {
        impact: 'The decisions of a tenant may have been changed, or changes of them would not be noticed.',
        runbook: 'A decision chain does not verify',
        coveredBy: 'dead letters of anomaly detection',
      },
      asynchronous: { deadLetters, maxAge: MAX_AGE },
    });
    remediations.grantReadChain(this.anchorer);
    decisions.grantAnchor(this.anchorer);
    new FunctionSchedule(this, 'Schedule', {
      description: 'Verifies and anchors the decisions of all tenants',
      schedule: ScheduleExpression.cron({ minute: '40', hour: '0' }),
      starts: this.anchorer,
      maxAgeSeconds: MAX_AGE.toSeconds(),
      deadLetters,
    });
  }
}
