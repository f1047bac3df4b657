import { DAY_SECONDS } from '../../shared/time.ts';
import type { AlertStageOptions } from './alert-stage.ts';

/** `full` uses all parts; `light` uses only the time of day, to save state and time in large fleets. */
export type DetectorVariant = 'full' | 'light';
/** `balanced` misses few anomalies (the NAB setting); `precise` raises about half as many alerts, more of them right. */
export type Sensitivity = 'balanced' | 'precise';

/** Options of a detector; every option of the alert stage can be overridden. */
export interface DetectorOptions extends Partial<AlertStageOptions> {
  readonly variant?: DetectorVariant;
  readonly sensitivity?: Sensitivity;
}

const COMMON = {
  cooldownPoints: 100,
  budgetStep: 0.2,
  budgetHalfLifePoints: 2000,
  warmupPoints: 150,
  warmupSeconds: 2 * DAY_SECONDS,
};

/** Frozen thresholds for the score; docs/adr/0005-anomaly-detection.md explains how they were chosen. */
export const THRESHOLDS: Readonly<Record<DetectorVariant, Readonly<Record<Sensitivity, number>>>> = {
  full: { balanced: 4, precise: 5 },
  light: { balanced: 3, precise: 4 },
};

/** Options of the alert stage, with defaults. */
export const alertStageOptions = (options: DetectorOptions): AlertStageOptions => {
  const { variant = 'full', sensitivity = 'balanced', ...overrides } = options;
  return { ...COMMON, threshold: THRESHOLDS[variant][sensitivity], ...overrides };
};
