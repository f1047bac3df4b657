/** Compares the targets that are forecast with those that the model was trained on. */

import type { Severity } from '../../forecasts/breach-risk.ts';
import { type DriftFinding, percentText } from './finding.ts';

/** A target with its profile and the metrics that it reports. */
export interface FleetMember {
  readonly targetId: string;
  readonly profile: string;
  readonly metrics: readonly string[];
}

export interface FleetSettings {
  /** Share of the targets from which a change is a warning, and from which it is critical. */
  readonly warningShare: number;
  readonly criticalShare: number;
  /** The same for series of kinds that the model never saw. */
  readonly unknownWarningShare: number;
  readonly unknownCriticalShare: number;
}

export const FLEET_SETTINGS: FleetSettings = {
  warningShare: 0.2,
  criticalShare: 0.5,
  unknownWarningShare: 0.1,
  unknownCriticalShare: 0.3,
};
/** Fewer targets or series than these are listed, but no reason to retrain. */
const MIN_CHANGED = 3;

export interface FleetDrift {
  readonly findings: readonly DriftFinding[];
  readonly added: readonly string[];
  readonly gone: readonly string[];
  /** Combinations of profile and metric that no target had when the model was trained. */
  readonly unknownKinds: readonly string[];
}

export const fleetDrift = (
  trained: readonly FleetMember[],
  present: readonly FleetMember[],
  settings: FleetSettings = FLEET_SETTINGS,
): FleetDrift => {
  const before = new Set(trained.map(({ targetId }) => targetId));
  const now = new Set(present.map(({ targetId }) => targetId));
  const added = [...now].filter((id) => !before.has(id));
  const gone = [...before].filter((id) => !now.has(id));
  const known = new Set(trained.flatMap(kindsOf));
  const series = present.flatMap(kindsOf);
  const unknown = series.filter((kind) => !known.has(kind));
  const { unknownWarningShare, unknownCriticalShare } = settings;
  const unknownSettings = { warningShare: unknownWarningShare, criticalShare: unknownCriticalShare };
  const findings = [
    finding('new targets', added.length, now.size, 'targets are new since the model was trained', settings),
    finding('gone targets', gone.length, before.size, 'targets of the training data are gone', settings),
    finding(
      'unknown series',
      unknown.length,
      series.length,
      'series are of a profile and metric that the model never saw',
      unknownSettings,
    ),
  ];
  return {
    findings: findings.filter((one) => one !== null),
    added,
    gone,
    unknownKinds: [...new Set(unknown)],
  };
};

const kindsOf = ({ profile, metrics }: FleetMember): string[] =>
  metrics.map((metric) => `${metric} of ${profile} targets`);

const finding = (
  subject: string,
  count: number,
  total: number,
  what: string,
  { warningShare, criticalShare }: Pick<FleetSettings, 'warningShare' | 'criticalShare'>,
): DriftFinding | null => {
  if (count === 0) return null;
  const share = count / total;
  const severity: Severity =
    count < MIN_CHANGED || share < warningShare ? 'info' : share >= criticalShare ? 'critical' : 'warning';
  return {
    kind: 'fleet',
    subject,
    severity,
    figure: share,
    threshold: severity === 'critical' ? criticalShare : warningShare,
    reason: `${count} of ${total} ${what} (${percentText(share)}).`,
  };
};
