/** What a rule applies to; an absent field applies to all. */
export interface DetectionScope {
  readonly tenantId?: string;
  readonly targetId?: string;
  readonly metric?: string;
}

/** One series, by its full name. */
export type SeriesIdentity = Required<DetectionScope>;

/** Replaces the alert threshold within its scope. */
export interface ThresholdOverride extends DetectionScope {
  readonly threshold: number;
}

/** A span in which no alert is raised within its scope; epoch seconds, `from` inclusive, `to` exclusive. */
export interface MaintenanceWindow extends DetectionScope {
  readonly from: number;
  readonly to: number;
}

const FIELDS = ['tenantId', 'targetId', 'metric'] as const;

const applies = (scope: DetectionScope, series: SeriesIdentity): boolean =>
  FIELDS.every((field) => scope[field] === undefined || scope[field] === series[field]);

/** A named target says more than a named metric, and that more than a named tenant. */
const specificity = (scope: DetectionScope): number =>
  (scope.targetId === undefined ? 0 : 4) +
  (scope.metric === undefined ? 0 : 2) +
  (scope.tenantId === undefined ? 0 : 1);

/** Threshold of the most specific override that applies (the last of equals); undefined where none does. */
export const overriddenThreshold = (
  overrides: readonly ThresholdOverride[],
  series: SeriesIdentity,
): number | undefined =>
  overrides
    .filter((override) => applies(override, series))
    .reduce<ThresholdOverride | undefined>(
      (best, override) =>
        best === undefined || specificity(override) >= specificity(best) ? override : best,
      undefined,
    )?.threshold;

/** The maintenance window that covers this series at this moment (epoch seconds), or undefined. */
export const maintenanceAt = (
  windows: readonly MaintenanceWindow[],
  series: SeriesIdentity,
  timestamp: number,
): MaintenanceWindow | undefined =>
  windows.find((window) => applies(window, series) && timestamp >= window.from && timestamp < window.to);
