/** Finds the tenant's settings that apply to a series. */
import type * as z from 'zod';
import { parseInstant } from '../../shared/instant.ts';
import type { Threshold } from '../../shared/threshold.ts';
import type { DetectionMode, ReadingRule, Settings } from './settings.ts';

/** A series of the tenant whose settings are applied. */
export interface OwnSeries {
  readonly targetId: string;
  readonly metric: string;
}

/** The series a rule covers; an omitted field covers all. */
interface Scope {
  readonly target?: string | undefined;
  readonly metric?: string | undefined;
}

const applies = ({ target, metric }: Scope, series: OwnSeries): boolean =>
  (target === undefined || target === series.targetId) && (metric === undefined || metric === series.metric);

/** A named target is more specific than a named metric. */
const specificity = ({ target, metric }: Scope): number =>
  (target === undefined ? 0 : 2) + (metric === undefined ? 0 : 1);

/** The most specific rule that applies; of equally specific ones, the last. */
const mostSpecific = <Rule extends Scope>(rules: readonly Rule[], series: OwnSeries): Rule | undefined =>
  rules
    .filter((rule) => applies(rule, series))
    .reduce<Rule | undefined>(
      (best, rule) => (best === undefined || specificity(rule) >= specificity(best) ? rule : best),
      undefined,
    );

/** The tenant's detection mode for this series; undefined if no rule sets one. */
export const detectionModeOf = (settings: Settings, series: OwnSeries): DetectionMode | undefined =>
  mostSpecific(
    settings.detection.filter(({ mode }) => mode !== undefined),
    series,
  )?.mode;

/** The tenant's anomaly score threshold for this series; undefined if the detector's own applies. */
export const anomalyThresholdOf = (settings: Settings, series: OwnSeries): number | undefined =>
  mostSpecific(
    settings.detection.filter(({ threshold }) => threshold !== undefined),
    series,
  )?.threshold;

/** The tenant's breach threshold for this series; undefined if the profile's applies. */
export const breachThresholdOf = (settings: Settings, series: OwnSeries): Threshold | undefined => {
  const rule = mostSpecific(settings.thresholds, series);
  if (rule === undefined) return undefined;
  if (rule.above !== undefined) return { kind: 'fixed', direction: 'above', limit: rule.above };
  return rule.below === undefined ? undefined : { kind: 'fixed', direction: 'below', limit: rule.below };
};

/** How the tenant reads this series; undefined if by its name. */
export const readingOf = (settings: Settings, series: OwnSeries): z.infer<typeof ReadingRule> | undefined =>
  mostSpecific(settings.readings, series);

/** The reason of the maintenance that silences this series at `timestamp` (epoch seconds); undefined if none does. */
export const maintenanceReason = (
  settings: Settings,
  { targetId }: OwnSeries,
  timestamp: number,
): string | undefined =>
  settings.maintenance.find(
    ({ from, to, targets }) =>
      (targets === undefined || targets.includes(targetId)) &&
      timestamp >= parseInstant(from) &&
      timestamp < parseInstant(to),
  )?.reason;
