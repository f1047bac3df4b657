import type { IncidentCase } from './incident-case.ts';

/** Whether the target itself really looks wrong. A warning only: it never suppresses the ranking. */
export interface AlarmGate {
  readonly isConvincing: boolean;
  /** Mean of the two worst rows of the alarm, in standard deviations of normal; null without normal data. */
  readonly deviations: number | null;
  /** Rise of those rows over the base: a part of it (latency), or percentage points of failed requests. */
  readonly rise: number;
  readonly message: string;
}

const MIN_DEVIATIONS = 3;
const MIN_RISE = { latency: 0.1, availability: 1 } as const;

const meanOfTwoWorst = (values: readonly number[]): number => {
  const worst = values.toSorted((a, b) => b - a).slice(0, 2);
  return worst.reduce((sum, value) => sum + value, 0) / worst.length;
};

const describe = (metric: IncidentCase['metric'], rise: number, deviations: number | null): string => {
  const size =
    metric === 'latency' ? `${(100 * rise).toFixed(0)} %` : `${rise.toFixed(1)} points of failed requests`;
  const usual =
    deviations === null ? 'no normal data to compare with' : `${deviations.toFixed(1)} standard deviations`;
  return `the target's ${metric === 'latency' ? 'latency' : 'failure rate'} rose by ${size} (${usual})`;
};

/** Judges the target's own values; the thresholds are 3 standard deviations and 10 % (latency) or 1 point (failures). */
export const judgeAlarm = (incident: IncidentCase): AlarmGate => {
  const harm = incident.harms[incident.target]!;
  const alarmed = Array.from(harm.badness).filter(
    (v, row) => incident.before[row] !== true && !Number.isNaN(v),
  );
  const worst = alarmed.length === 0 ? harm.base : meanOfTwoWorst(alarmed);
  const added = worst - harm.base;
  const rise = incident.metric === 'latency' ? added / Math.max(harm.base, 1e-4) : 100 * added;
  const spread = harm.normal?.spread ?? 0;
  const deviations = harm.normal === null || spread === 0 ? null : (worst - harm.normal.median) / spread;
  const isClear = deviations === null || deviations > MIN_DEVIATIONS;
  return {
    isConvincing: isClear && rise > MIN_RISE[incident.metric],
    deviations,
    rise,
    message: describe(incident.metric, rise, deviations),
  };
};
