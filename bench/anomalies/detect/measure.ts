import type {
  DetectorOptions,
  DetectorVariant,
  Sensitivity,
} from '../../../core/anomalies/engine/detector.ts';
import { sampleOf } from '../../shared/bench-options.ts';
import { detectSeries } from '../detect-series.ts';
import { type AlertLevelFigures, alertLevel } from './alert-level.ts';
import { loadFleet } from './fleet-data.ts';
import { type FleetFigures, fleetFigures } from './fleet-figures.ts';
import { type InjectedFigures, injectedFigures } from './injected.ts';
import { fleetWithIncidents, fleetWithTypes } from './labelled-fleet.ts';
import { loadNab, type NabSeries } from './nab-data.ts';
import { NAB_PROFILES, nabBestScore, nabScoreAt } from './nab-score.ts';
import { robustness } from './robustness.ts';
import { SIMULATED_NAMES, simulateSeries } from './simulate-series.ts';
import { type CostFigures, costFigures } from './speed.ts';
import { trackFleet } from './track-fleet.ts';

/** One setting of the detector on the NAB corpus. */
export interface NabFigures {
  readonly variant: DetectorVariant;
  readonly sensitivity: Sensitivity;
  /** NAB scores of the actual alerts, at the frozen threshold, per profile. */
  readonly frozen: Record<keyof typeof NAB_PROFILES, number>;
  /** Standard profile at the best threshold for these files, on the published score. */
  readonly optimised: { readonly score: number; readonly threshold: number };
  readonly alertLevel: AlertLevelFigures;
  readonly strict: AlertLevelFigures;
}

/** All figures of the detection scoreboard. */
export interface DetectBench {
  readonly files: number;
  readonly windows: number;
  readonly nab: readonly NabFigures[];
  /** NAB standard profile at the frozen threshold under changes that should have no effect. */
  readonly robustness: Record<string, number>;
  readonly cost: Record<DetectorVariant, CostFigures>;
  /** Per set of clean series and variant; `real` is absent without `fleet/`. */
  readonly injected: Record<string, InjectedFigures>;
  /** Whole simulated targets with all detectors, by the source of their faults. */
  readonly fleet: Record<string, FleetFigures>;
}

const SETTINGS = [
  { variant: 'full', sensitivity: 'balanced' },
  { variant: 'full', sensitivity: 'precise' },
  { variant: 'light', sensitivity: 'balanced' },
  { variant: 'light', sensitivity: 'precise' },
] as const satisfies readonly DetectorOptions[];

/** Size of the measurement: all NAB files and real series, or a sample. */
interface DetectSize {
  readonly files: number;
  readonly realSeries: number;
  readonly simulatedPoints: number;
  readonly simulatedSeeds: readonly number[];
  /** Factor on the number of points for measuring speed. */
  readonly speed: number;
  readonly servers: number;
}

export const FULL_SIZE: DetectSize = {
  files: Number.POSITIVE_INFINITY,
  realSeries: Number.POSITIVE_INFINITY,
  simulatedPoints: 8064,
  simulatedSeeds: [0, 1, 2],
  speed: 1,
  servers: 20,
};
export const QUICK_SIZE: DetectSize = {
  files: 3,
  realSeries: 2,
  simulatedPoints: 4032,
  simulatedSeeds: [0],
  speed: 0.02,
  servers: 2,
};
const FLEET_SEED = 3;

const nabFigures = (corpus: readonly NabSeries[], setting: (typeof SETTINGS)[number]): NabFigures => {
  const detected = corpus.map((series) => ({
    ...series,
    ...detectSeries(series.timestamps, series.values, setting),
  }));
  const published = detected.map(({ scores, windows }) => ({ scores, windows }));
  const binary = detected.map(({ alerts, windows }) => ({ scores: alerts.map(Number), windows }));
  const alerted = detected.map(({ timestamps, windows, anomalies }) => ({
    timestamps,
    windows,
    alerts: anomalies.map(({ index }) => index),
  }));
  const { standard, rewardLowFalsePositives, rewardLowFalseNegatives } = NAB_PROFILES;
  return {
    ...setting,
    frozen: {
      standard: nabScoreAt(binary, 1, standard),
      rewardLowFalsePositives: nabScoreAt(binary, 1, rewardLowFalsePositives),
      rewardLowFalseNegatives: nabScoreAt(binary, 1, rewardLowFalseNegatives),
    },
    optimised: nabBestScore(published),
    alertLevel: alertLevel(alerted),
    strict: alertLevel(alerted, true),
  };
};

const injectedOn = (directory: string, size: DetectSize): Record<string, InjectedFigures> => {
  const simulated = size.simulatedSeeds.flatMap((seed) =>
    SIMULATED_NAMES.map((name, i) => simulateSeries(name, size.simulatedPoints, 100 * seed + i)),
  );
  const real = sampleOf(loadFleet(directory), size.realSeries);
  const figures: Record<string, InjectedFigures> = {
    'simulated, full': injectedFigures(simulated, 'full', 1),
    'simulated, light': injectedFigures(simulated, 'light', 1),
  };
  if (real.length === 0) return figures;
  return {
    ...figures,
    'real, full': injectedFigures(real, 'full', 2),
    'real, light': injectedFigures(real, 'light', 2),
    'real, full, heights by the tails': injectedFigures(real, 'full', 2, 'tails'),
  };
};

/** Measures everything on the data in `directory`; calls `progress` with the name of each stage. */
export const measure = (
  directory: string,
  size: DetectSize,
  progress: (stage: string) => void,
): DetectBench => {
  progress('NAB');
  const corpus = sampleOf(loadNab(directory), size.files);
  const nab = SETTINGS.map((setting) => nabFigures(corpus, setting));
  progress('robustness');
  const changed = robustness(corpus);
  progress('speed and state');
  const cost = { full: costFigures('full', size.speed), light: costFigures('light', size.speed) };
  progress('injected faults');
  const injected = injectedOn(directory, size);
  progress('labelled fleet');
  const fleet = {
    'incidents of the simulator': fleetFigures(trackFleet(fleetWithIncidents(FLEET_SEED, size.servers))),
    'one fault of each type': fleetFigures(trackFleet(fleetWithTypes(FLEET_SEED, size.servers))),
  };
  const windows = corpus.reduce((sum, series) => sum + series.windows.length, 0);
  return { files: corpus.length, windows, nab, robustness: changed, cost, injected, fleet };
};
