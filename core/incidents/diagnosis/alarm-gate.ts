import type { IncidentCase } from './incident-case.ts';

/** A check that the target's own values show the alarm. It only adds a warning; it never suppresses the ranking. */
export interface AlarmGate {
  readonly isConvincing: boolean;
  /** Mean of the two worst rows of the alarm, in standard deviations of normal operation; null without normal data. */
  readonly deviations: number | null;
  /** Rise of those rows above the base: as a fraction of it (latency), or in percentage points of failed requests. */
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
  const isLatency = metric === 'latency';
  const size = isLatency ? `${Math.abs(100 * rise).toFixed(0)} %` : `${Math.abs(rise).toFixed(1)} points`;
  const comparison =
    deviations === null ? 'no normal data to compare with' : `${deviations.toFixed(1)} standard deviations`;
  const change = `${rise < 0 ? 'fell' : 'rose'} by ${size} (${comparison})`;
  return `the target's ${isLatency ? 'latency' : 'failure rate'} ${change}`;
};

/** Checks the target's own values against 3 standard deviations and a rise of 10 % (latency) or 1 point (failures). */
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
