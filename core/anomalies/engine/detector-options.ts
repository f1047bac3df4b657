import { DAY_SECONDS } from '../../shared/time.ts';
import type { AlertStageOptions } from './alert-stage.ts';

/** `full` looks at everything; `light` only at the time of day, for fleets where state and time are dear. */
export type DetectorVariant = 'full' | 'light';
/** `balanced` misses little (the NAB setting); `precise` alerts about half as often and is right more often. */
export type Sensitivity = 'balanced' | 'precise';

/** Options of a detector; anything of the alert stage can be overridden. */
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

/** Bars for the score, frozen; docs/adr/0005-anomaly-detection.md says how they were chosen. */
export const THRESHOLDS: Readonly<Record<DetectorVariant, Readonly<Record<Sensitivity, number>>>> = {
  full: { balanced: 4, precise: 5 },
  light: { balanced: 3, precise: 4 },
};

/** The alert stage that the options ask for. */
export const alertStageOptions = (options: DetectorOptions): AlertStageOptions => {
  const { variant = 'full', sensitivity = 'balanced', ...overrides } = options;
  return { ...COMMON, threshold: THRESHOLDS[variant][sensitivity], ...overrides };
};
