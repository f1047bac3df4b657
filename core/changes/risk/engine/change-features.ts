import * as z from 'zod';
import { findingsOf } from './change-findings.ts';
import { FEATURE_NAMES, FEATURES, type FeatureName } from './feature-catalogue.ts';
import type { PlannedChange } from './planned-resource.ts';

/**
 * Numbers about a change, by the names in the catalogue; what is not there is 0. Stored with deployments: names of older
 * and newer versions are kept, and ignored by models that do not know them.
 */
export const ChangeFeatures = z.record(z.string().max(64), z.number().min(0).max(1_000_000));
export type ChangeFeatures = Readonly<z.infer<typeof ChangeFeatures>>;

/** What is known about the time and place of a change. Counts; left out where unknown. */
export interface ChangeContext {
  /** Incidents open now on the targets that it touches. */
  readonly openIncidents?: number;
  /** Incidents of the last 7 days on these targets, without those open now. */
  readonly recentIncidents?: number;
  /** Deployments of the last 30 days that turned out unhealthy. */
  readonly recentFailures?: number;
  /** Deployments of the last 24 hours. */
  readonly recentDeploys?: number;
  readonly isOutsideHours?: boolean;
}

/** The features of a change, those of value 0 left out. */
export const featuresOf = (change: PlannedChange, context: ChangeContext = {}): ChangeFeatures => {
  const findings = findingsOf(change);
  const { isOutsideHours, ...counts } = context;
  const known: Partial<Record<FeatureName, number>> = { ...counts, outsideHours: isOutsideHours ? 1 : 0 };
  const counted = (name: FeatureName): number => {
    const found = known[name] ?? findings[name]?.length ?? 0;
    return FEATURES[name].scale === 'flag' ? Math.min(1, found) : found;
  };
  return Object.fromEntries(
    FEATURE_NAMES.map((name) => [name, counted(name)] as const).filter(([, value]) => value > 0),
  );
};
