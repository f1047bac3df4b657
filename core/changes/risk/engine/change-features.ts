import * as z from 'zod';
import { findingsOf } from './change-findings.ts';
import { FEATURE_NAMES, FEATURES, type FeatureName } from './feature-catalogue.ts';
import type { PlannedChange } from './planned-resource.ts';

/**
 * Numbers that describe a change, by the names in the catalogue; missing ones are 0. They are stored with deployments, so
 * names from older and newer versions are kept, and models ignore the names that they do not know.
 */
export const ChangeFeatures = z.record(z.string().max(64), z.number().min(0).max(1_000_000));
export type ChangeFeatures = Readonly<z.infer<typeof ChangeFeatures>>;

/** The circumstances of a change, as counts; undefined if unknown. */
export interface ChangeContext {
  /** Incidents that are open on the targets that the change touches. */
  readonly openIncidents?: number;
  /** Incidents of the last 7 days on these targets, without the open ones. */
  readonly recentIncidents?: number;
  /** Deployments of the last 30 days that turned out unhealthy. */
  readonly recentFailures?: number;
  /** Deployments of the last 24 hours. */
  readonly recentDeploys?: number;
  readonly isOutsideHours?: boolean;
}

/** The features of a change, without those that are 0. */
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
