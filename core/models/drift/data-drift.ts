/** Finds profiles and metrics whose values are no longer distributed as when the model was trained. */

import type { Severity } from '../../forecasts/breach-risk.ts';
import type { RegularSeries } from '../../metrics/series/metric-series.ts';
import { median } from '../../shared/maths/averages.ts';
import type { ReferenceWindow } from './comparable-samples.ts';
import { type DriftFinding, percentText } from './finding.ts';
import { rejections } from './many-tests.ts';
import { type SeriesChange, seriesChange } from './series-drift.ts';

/** A series with the window that its model learned from, whole weeks, and its latest week. */
export interface WatchedSeries {
  readonly targetId: string;
  readonly profile: string;
  readonly metric: string;
  readonly reference: ReferenceWindow;
  readonly current: RegularSeries;
}

export interface DataDriftSettings {
  /** Expected share of false ones among the series that are found to have changed. */
  readonly falseDiscoveries: number;
  /** Smallest change that matters, in usual spreads. */
  readonly minDistance: number;
  /** Share of the series of a profile and metric from which their change is a warning, and from which it is critical. */
  readonly warningShare: number;
  readonly criticalShare: number;
}

export const DATA_DRIFT_SETTINGS: DataDriftSettings = {
  falseDiscoveries: 0.01,
  minDistance: 0.5,
  warningShare: 0.25,
  criticalShare: 0.5,
};
/** One or two series that changed say little about the model of a fleet. */
const MIN_SERIES = 3;

/** A series that changed. */
export interface ChangedSeries extends SeriesChange {
  readonly targetId: string;
  readonly profile: string;
  readonly metric: string;
}

export interface DataDrift {
  readonly findings: readonly DriftFinding[];
  readonly changed: readonly ChangedSeries[];
  readonly tested: number;
  /** Series with less than two weeks of reference or two days of current values. */
  readonly untested: number;
}

export const dataDrift = (
  series: readonly WatchedSeries[],
  settings: DataDriftSettings = DATA_DRIFT_SETTINGS,
): DataDrift => {
  const tested = series.flatMap(({ reference, current, ...of }): ChangedSeries[] => {
    const change = seriesChange(reference, current);
    return change === null ? [] : [{ ...of, ...change }];
  });
  const isRejected = rejections(
    tested.map(({ pValue }) => pValue),
    settings.falseDiscoveries,
  );
  const changed = tested.filter((one, i) => isRejected[i]! && one.wasserstein >= settings.minDistance);
  const totals = Map.groupBy(tested, subjectOf);
  const findings = [...Map.groupBy(changed, subjectOf)].map(([subject, own]) =>
    findingOf(subject, own, totals.get(subject)!.length, settings),
  );
  const whole = changed.length === 0 ? [] : [findingOf(EVERYTHING, changed, tested.length, settings)];
  const isFoundInPart = findings.some(({ severity }) => severity !== 'info');
  return {
    findings: isFoundInPart
      ? findings
      : [...whole.filter(({ severity }) => severity !== 'info'), ...findings],
    changed,
    tested: tested.length,
    untested: series.length - tested.length,
  };
};

/** Small fleets have a few series of each kind only: they are judged together too, unless one kind says enough. */
const EVERYTHING = 'all targets and metrics';

const subjectOf = ({ profile, metric }: ChangedSeries): string => `${metric} of ${profile} targets`;

const findingOf = (
  subject: string,
  changed: readonly ChangedSeries[],
  total: number,
  { warningShare, criticalShare }: DataDriftSettings,
): DriftFinding => {
  const share = changed.length / total;
  const severity = changed.length < MIN_SERIES ? 'info' : severityOf(share, warningShare, criticalShare);
  return {
    kind: 'data',
    subject,
    severity,
    figure: share,
    threshold: severity === 'critical' ? criticalShare : warningShare,
    reason: `${subject}: ${changed.length} of ${total} series changed since the model was trained, ${directionOf(changed)}.`,
  };
};

const severityOf = (share: number, warning: number, critical: number): Severity => {
  if (share >= critical) return 'critical';
  return share >= warning ? 'warning' : 'info';
};

/** Share of the series that must move in one direction to say so. */
const MOST = 0.75;

const directionOf = (changed: readonly ChangedSeries[]): string => {
  const distance = median(changed.map(({ wasserstein }) => wasserstein)).toFixed(1);
  const up = changed.filter(({ shift }) => shift > 0).length / changed.length;
  const down = changed.filter(({ shift }) => shift < 0).length / changed.length;
  const by = `by ${distance} usual spreads`;
  if (up >= MOST) return `${percentText(up)} of them upwards, ${by}`;
  return down >= MOST ? `${percentText(down)} of them downwards, ${by}` : by;
};
