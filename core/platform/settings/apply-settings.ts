/** Which of a tenant's settings apply to one series. */

import { parseInstant } from '../../shared/instant.ts';
import type { Threshold } from '../../shared/threshold.ts';
import { maintenanceAt, overriddenThreshold } from './detection-policy.ts';
import type { DetectionMode, Settings } from './settings.ts';

/** A series within a tenant whose settings are at hand. */
export interface OwnSeries {
  readonly tenantId: string;
  readonly targetId: string;
  readonly metric: string;
}

interface Scope {
  readonly target?: string | undefined;
  readonly metric?: string | undefined;
}

const applies = ({ target, metric }: Scope, series: OwnSeries): boolean =>
  (target === undefined || target === series.targetId) && (metric === undefined || metric === series.metric);

/** A named target says more than a named metric. */
const specificity = ({ target, metric }: Scope): number =>
  (target === undefined ? 0 : 2) + (metric === undefined ? 0 : 1);

const mostSpecific = <Rule extends Scope>(rules: readonly Rule[], series: OwnSeries): Rule | undefined =>
  rules
    .filter((rule) => applies(rule, series))
    .reduce<Rule | undefined>(
      (best, rule) => (best === undefined || specificity(rule) >= specificity(best) ? rule : best),
      undefined,
    );

/** How closely the tenant wants this series watched; undefined where it did not say. */
export const detectionModeOf = (settings: Settings, series: OwnSeries): DetectionMode | undefined =>
  mostSpecific(
    settings.detection.filter(({ mode }) => mode !== undefined),
    series,
  )?.mode;

/** The tenant's own bar for anomaly scores of this series; undefined for the detector's. */
export const anomalyThresholdOf = (settings: Settings, series: OwnSeries): number | undefined =>
  overriddenThreshold(
    settings.detection.flatMap(({ target, metric, threshold }) =>
      threshold === undefined
        ? []
        : [
            {
              threshold,
              ...(target === undefined ? {} : { targetId: target }),
              ...(metric === undefined ? {} : { metric }),
            },
          ],
    ),
    series,
  );

/** Where the tenant says that this metric is breached; undefined where it did not say. */
export const breachThresholdOf = (settings: Settings, series: OwnSeries): Threshold | undefined => {
  const rule = mostSpecific(settings.thresholds, series);
  if (rule === undefined) return undefined;
  if (rule.above !== undefined) return { kind: 'fixed', direction: 'above', limit: rule.above };
  return rule.below === undefined ? undefined : { kind: 'fixed', direction: 'below', limit: rule.below };
};

/** Why nobody is to be told of this series at this moment (epoch seconds); undefined outside maintenance. */
export const maintenanceReason = (
  settings: Settings,
  series: OwnSeries,
  timestamp: number,
): string | undefined =>
  settings.maintenance.find(({ from, to, targets }) => {
    const window = { from: parseInstant(from), to: parseInstant(to) };
    const scopes = targets?.map((targetId) => ({ ...window, targetId })) ?? [window];
    return maintenanceAt(scopes, series, timestamp) !== undefined;
  })?.reason;
