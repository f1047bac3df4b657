interface SignalBase {
  /** Identifies the content of a delivery: a redelivered signal has the same id. */
  readonly signalId: string;
  readonly tenantId: string;
  readonly targetId: string;
  /** Time of the event, not of its arrival; epoch seconds. */
  readonly at: number;
  /** Names of causes it is known to share with other signals, such as `change:deploy-41` or `zone:eu-west-1a`. */
  readonly causeKeys?: readonly string[];
}

/** A metric that behaves unusually. */
export interface AnomalySignal extends SignalBase {
  readonly kind: 'anomaly';
  readonly metric: string;
  /** Probability that the anomaly is genuine, in [0, 1]. */
  readonly confidence: number;
}

/** The end of an anomaly: the metric is back to normal, or its new behaviour became normal. `at` is the last unusual point. */
export interface AnomalyEndSignal extends SignalBase {
  readonly kind: 'anomaly-end';
  readonly metric: string;
}

/** A forecast that crosses a threshold. */
export interface BreachSignal extends SignalBase {
  readonly kind: 'predicted-breach';
  readonly metric: string;
  readonly probability: number;
  /** Median seconds from `at` to the crossing; null if none is expected within the horizon. */
  readonly timeToImpactSeconds: number | null;
}

/** The end of the warning of a breach: no forecast crosses the threshold any more. */
export interface BreachEndSignal extends SignalBase {
  readonly kind: 'predicted-breach-end';
  readonly metric: string;
}

/** A state change of a CloudWatch alarm. */
export interface AlarmSignal extends SignalBase {
  readonly kind: 'alarm';
  readonly alarmName: string;
  readonly state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  /** Namespace and name of its metric, such as `AWS/RDS CPUUtilization`. */
  readonly watches?: string;
}

/** A deployment, or a change of settings or infrastructure. Opens no incident, but is evidence in one. */
export interface ChangeSignal extends SignalBase {
  readonly kind: 'change';
  readonly summary: string;
}

export type TriggerSignal = AnomalySignal | BreachSignal | AlarmSignal;
export type EndSignal = (AlarmSignal & { readonly state: 'OK' }) | AnomalyEndSignal | BreachEndSignal;
export type Signal = TriggerSignal | AnomalyEndSignal | BreachEndSignal | ChangeSignal;

export const isEnd = (signal: Signal): signal is EndSignal =>
  signal.kind === 'anomaly-end' ||
  signal.kind === 'predicted-breach-end' ||
  (signal.kind === 'alarm' && signal.state === 'OK');

/** Order in which the signals of a batch are grouped: by time, and beginnings before ends of the same second. */
export const byTime = (a: Signal, b: Signal): number =>
  a.at - b.at || Number(isEnd(a)) - Number(isEnd(b)) || (a.signalId < b.signalId ? -1 : 1);

/** The kind of the signal that an end ends. */
const BEGINNINGS = { 'anomaly-end': 'anomaly', 'predicted-breach-end': 'predicted-breach' } as const;

const beginningOf = ({ kind }: TriggerSignal | EndSignal): TriggerSignal['kind'] =>
  kind === 'anomaly-end' || kind === 'predicted-breach-end' ? BEGINNINGS[kind] : kind;

/**
 * The key that repeats of a signal share: tenant, target, kind, and metric or alarm. The metric comes last because it
 * may contain any character. An end has the key of the signal it ends.
 */
export const dedupKey = (signal: TriggerSignal | EndSignal): string => {
  const subject = signal.kind === 'alarm' ? signal.alarmName : signal.metric;
  return JSON.stringify([signal.tenantId, signal.targetId, beginningOf(signal), subject]);
};

/** Points of a metric in a month at five-minute intervals; detectors are set to one false alarm per metric and month. */
const POINTS_PER_MONTH = 8640;

/**
 * Probability that an anomaly seen once in `oneIn` points is genuine. Half of the alerts are genuine on labelled series
 * (see the scoreboard), more of the rarer ones: genuine faults are assumed to be as frequent as false alarms.
 */
export const confidenceOfAnomaly = (oneIn: number): number =>
  0.5 + (0.5 * oneIn) / (oneIn + POINTS_PER_MONTH);

/** One sentence about a signal, for the timeline. */
export const describeSignal = (signal: Signal): string => {
  switch (signal.kind) {
    case 'anomaly':
      return `${signal.metric} of ${signal.targetId} is unusual (confidence ${signal.confidence.toFixed(2)})`;
    case 'anomaly-end':
      return `${signal.metric} of ${signal.targetId} is back to normal`;
    case 'predicted-breach':
      return `${signal.metric} of ${signal.targetId} is predicted to breach its threshold (probability ${signal.probability.toFixed(2)})`;
    case 'predicted-breach-end':
      return `${signal.metric} of ${signal.targetId} is no longer predicted to breach its threshold`;
    case 'alarm':
      return `alarm ${signal.alarmName} of ${signal.targetId} is ${signal.state}`;
    case 'change':
      return `${signal.targetId} changed: ${signal.summary}`;
  }
};
