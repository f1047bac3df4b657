interface SignalBase {
  /** Identifies one delivery's content: a redelivered signal has the same id. */
  readonly signalId: string;
  readonly tenantId: string;
  readonly targetId: string;
  /** When it happened, epoch seconds; not when it arrived. */
  readonly at: number;
  /** Names of causes that it is known to share with others, such as `change:deploy-41` or `zone:eu-west-1a`. */
  readonly causeKeys?: readonly string[];
}

/** A metric that behaves unusually. */
export interface AnomalySignal extends SignalBase {
  readonly kind: 'anomaly';
  readonly metric: string;
  /** Probability, in [0, 1], that it is no chance. */
  readonly confidence: number;
}

/** An unusual metric is as usual again, or what was unusual has become the usual. `at` is its last unusual point. */
export interface AnomalyEndSignal extends SignalBase {
  readonly kind: 'anomaly-end';
  readonly metric: string;
}

/** A forecast that crosses a threshold. */
export interface BreachSignal extends SignalBase {
  readonly kind: 'predicted-breach';
  readonly metric: string;
  readonly probability: number;
  /** Median seconds from `at` to the crossing; null where none is expected within the horizon. */
  readonly timeToImpactSeconds: number | null;
}

/** A CloudWatch alarm that changed state. */
export interface AlarmSignal extends SignalBase {
  readonly kind: 'alarm';
  readonly alarmName: string;
  readonly state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
  /** Namespace and name of its metric, such as `AWS/RDS CPUUtilization`. */
  readonly watches?: string;
}

/** A deployment or a change of settings or infrastructure. Opens no incident, but is evidence in one. */
export interface ChangeSignal extends SignalBase {
  readonly kind: 'change';
  readonly summary: string;
}

export type TriggerSignal = AnomalySignal | BreachSignal | AlarmSignal;
export type EndSignal = (AlarmSignal & { readonly state: 'OK' }) | AnomalyEndSignal;
export type Signal = TriggerSignal | AnomalyEndSignal | ChangeSignal;

/** Whether a signal says that something is over. */
export const isEnd = (signal: Signal): signal is EndSignal =>
  signal.kind === 'anomaly-end' || (signal.kind === 'alarm' && signal.state === 'OK');

/** Order in which a batch is folded: by time, at equal times beginnings before ends. */
export const byTime = (a: Signal, b: Signal): number =>
  a.at - b.at || Number(isEnd(a)) - Number(isEnd(b)) || (a.signalId < b.signalId ? -1 : 1);

/**
 * The key under which repeats of a signal are one: same tenant, target, kind, and metric or alarm. The metric comes
 * last, as it may contain any character. An end has the key of what it ends.
 */
export const dedupKey = (signal: TriggerSignal | EndSignal): string => {
  const about = signal.kind === 'alarm' ? signal.alarmName : signal.metric;
  const kind = signal.kind === 'anomaly-end' ? 'anomaly' : signal.kind;
  return JSON.stringify([signal.tenantId, signal.targetId, kind, about]);
};

/** Says in words what a signal reports. */
export const describeSignal = (signal: Signal): string => {
  switch (signal.kind) {
    case 'anomaly':
      return `${signal.metric} of ${signal.targetId} is unusual (confidence ${signal.confidence.toFixed(2)})`;
    case 'anomaly-end':
      return `${signal.metric} of ${signal.targetId} is as usual again`;
    case 'predicted-breach':
      return `${signal.metric} of ${signal.targetId} will breach with probability ${signal.probability.toFixed(2)}`;
    case 'alarm':
      return `alarm ${signal.alarmName} of ${signal.targetId} is ${signal.state}`;
    case 'change':
      return `${signal.targetId} changed: ${signal.summary}`;
  }
};
