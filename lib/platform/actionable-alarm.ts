import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** Required information for the person who responds to an alarm. */
export interface AlarmMeaning {
  /** One sentence: how users are affected while the alarm lasts. */
  readonly impact: string;
  /** Heading of the section in `docs/runbook.md`. */
  readonly runbook: string;
}

export interface ActionableAlarmProps extends AlarmMeaning {
  readonly metric: IMetric;
  readonly threshold: number;
  /** Number of periods to evaluate, and how many of them must breach (all if omitted). */
  readonly evaluationPeriods?: number;
  readonly datapointsToAlarm?: number;
  readonly comparison?: ComparisonOperator;
  /** Treats missing data as breaching: for things that must happen regularly. */
  readonly silenceBreaches?: boolean;
  readonly notify: ITopic;
}

/** Anchor of a Markdown heading, as GitHub derives it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** An alarm with its impact and a runbook section in the description; notifies the alarm topic. */
export class ActionableAlarm extends Construct {
  readonly alarm: Alarm;
  readonly runbook: string;

  constructor(scope: Construct, id: string, props: ActionableAlarmProps) {
    super(scope, id);
    this.runbook = props.runbook;
    const evaluationPeriods = props.evaluationPeriods ?? 1;
    this.alarm = new Alarm(this, 'Alarm', {
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods,
      datapointsToAlarm: props.datapointsToAlarm ?? evaluationPeriods,
      comparisonOperator: props.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: props.silenceBreaches ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${props.impact} What to do: docs/runbook.md#${anchorOf(props.runbook)}`,
    });
    const action = new SnsAction(props.notify);
    this.alarm.addAlarmAction(action);
    this.alarm.addOkAction(action);
  }
}
