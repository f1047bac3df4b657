import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** What a person woken by an alarm must know; no alarm exists without it. */
export interface AlarmMeaning {
  /** What users lose while it lasts, in one sentence. */
  readonly impact: string;
  /** Heading in `docs/runbook.md` that says what to do. */
  readonly runbook: string;
}

export interface ActionableAlarmProps extends AlarmMeaning {
  readonly metric: IMetric;
  readonly threshold: number;
  /** Periods that are looked at, and how many of them must breach (all, when left out). */
  readonly evaluationPeriods?: number;
  readonly datapointsToAlarm?: number;
  readonly comparison?: ComparisonOperator;
  /** Silence means trouble: set where something must happen every hour. */
  readonly silenceBreaches?: boolean;
  readonly notify: ITopic;
}

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** An alarm that says what it costs the user and where the way out is written, and tells the alarm topic. */
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
