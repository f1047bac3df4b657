import { ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StageConfig } from '../config/stage-config.ts';
import { ActionableAlarm, type ActionableAlarmProps } from '../platform/actionable-alarm.ts';
import type { ServiceMetrics } from './service-metrics.ts';

export interface ServiceAlarmsProps {
  readonly config: StageConfig;
  readonly metrics: ServiceMetrics;
  readonly notify: ITopic;
}

/** Alarms on failures that users notice: API errors, late or refused metrics and missing forecasts. */
export class ServiceAlarms extends Construct {
  readonly #props: ServiceAlarmsProps;

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.#onRequests(props.metrics);
    this.#onIngestion(props.metrics);
    this.#onForecasts(props);
  }

  #alarm(name: string, props: Omit<ActionableAlarmProps, 'notify'>): void {
    new ActionableAlarm(this, name, { ...props, notify: this.#props.notify });
  }

  #onRequests(metrics: ServiceMetrics): void {
    this.#alarm('ApiFailing', {
      metric: metrics.serverErrors,
      threshold: 5,
      impact: 'Requests to the API fail: agents buffer their metrics and retry, users see errors.',
      runbook: 'The API answers 5xx',
    });
    this.#alarm('QuotaExceeded', {
      metric: metrics.overQuota,
      threshold: 1,
      evaluationPeriods: 3,
      impact: 'Requests of a tenant get 429: it exceeds a quota, and its agents may drop points.',
      runbook: 'A tenant exceeds its quota',
    });
    this.#alarm('QuotasUnchecked', {
      metric: metrics.uncheckedQuotas,
      threshold: 1,
      evaluationPeriods: 3,
      impact: 'Quotas are not checked, because their table is unavailable: a tenant can exceed them.',
      runbook: 'Quotas are not checked',
    });
    this.#alarm('FunctionsThrottled', {
      metric: metrics.throttles,
      threshold: 1,
      evaluationPeriods: 3,
      impact: 'Lambda has no concurrency left: API calls fail, and ingestion and forecasts are delayed.',
      runbook: 'Functions are throttled',
    });
  }

  #onIngestion(metrics: ServiceMetrics): void {
    this.#alarm('IngestLagging', {
      metric: metrics.oldestMessage,
      threshold: 900,
      evaluationPeriods: 2,
      impact: 'Accepted metrics wait more than 15 minutes, so forecasts are based on old data.',
      runbook: 'Ingestion lags',
    });
    this.#alarm('DataParked', {
      metric: metrics.parked,
      threshold: 1,
      runbook: 'Accepted points are parked',
      impact:
        'Accepted points are missing from series and forecasts: they could not be stored and are parked.',
    });
    // Hosts that push every five minutes miss a period now and then.
    this.#alarm('DataRefused', {
      metric: metrics.refusedData,
      threshold: 1,
      evaluationPeriods: 12,
      datapointsToAlarm: 10,
      impact: 'Data of a sender is refused for an hour: it is missing from series, forecasts and lists.',
      runbook: 'Data of a sender is refused',
    });
  }

  #onForecasts({ config, metrics }: ServiceAlarmsProps): void {
    const failed = { threshold: 1, runbook: 'A forecast run failed' };
    this.#alarm('RunFailed', {
      ...failed,
      metric: metrics.runsFailed,
      impact: 'A forecast run failed or lost batches: their targets keep the forecasts of the previous run.',
    });
    this.#alarm('RunTimedOut', {
      ...failed,
      metric: metrics.runsTimedOut,
      impact: 'A forecast run timed out: some of its targets have old forecasts.',
    });
    this.#alarm('ForecastsStopped', {
      metric: metrics.dispatched,
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: Math.max(2, (2 * config.forecastCadenceMinutes) / 60),
      silenceBreaches: true,
      impact: 'No forecasts were started for two cadences, so breaches are not announced.',
      runbook: 'Forecasts are not started',
    });
  }
}
