import type {
  ForecastPath,
  VerificationInputs,
  VerifiedTarget,
} from '../../../../core/remediation/verification/verification-inputs.ts';

export const BEGAN = 1_780_000_200;
export const STEP = 300;
export const HOUR = 3600;
const NORMAL = [-2.326, -1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645, 2.326];
export const LEVELS = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Mean of a series at a time, in minutes since the action. */
export type Course = (minutes: number) => number;

export const constant =
  (value: number): Course =>
  () =>
    value;
/** From 60 by 0.1 a minute: 96 six hours after the action. */
export const rising: Course = (minutes) => 60 + 0.1 * minutes;

/** Issued ten minutes before the action, for eight hours, with a standard deviation of `spread`. */
export const forecastOf = (course: Course, changes: Partial<ForecastPath> = {}, spread = 2): ForecastPath => {
  const start = BEGAN - 600;
  return {
    ...{ issuedAt: start, start, stepSeconds: STEP, levels: LEVELS, breachProbability: 0.9 },
    quantiles: NORMAL.map((z) =>
      Array.from({ length: 96 }, (_, step) => course((start + step * STEP - BEGAN) / 60) + spread * z),
    ),
    ...changes,
  };
};

/** From three hours before the action until `until` minutes after it, with a ripple of half a unit. */
export const pointsOf = (course: Course, until = 60) =>
  Array.from({ length: 36 + until / 5 + 1 }, (_, index) => {
    const minutes = -180 + 5 * index;
    return { at: BEGAN + 60 * minutes, value: course(minutes) + (index % 2 === 0 ? 0.25 : -0.25) };
  });

/** `before` until the action begins, then `after`. */
export const turning =
  (before: Course, after: Course): Course =>
  (minutes) =>
    minutes < 0 ? before(minutes) : after(minutes);

export const targetOf = (
  course: Course,
  forecast: ForecastPath | null,
  targetId = 'web-1',
): VerifiedTarget => ({
  ...{ targetId, forecast },
  points: pointsOf(course),
});

/** Verified an hour after the action, which took five minutes and ten to settle. */
export const inputsWith = (changes: Partial<VerificationInputs> = {}): VerificationInputs => ({
  ...{ now: BEGAN + HOUR, troubleSince: BEGAN - HOUR, beganAt: BEGAN, doneAt: BEGAN + 300 },
  ...{ settleSeconds: 600, deadline: BEGAN + HOUR, stepSeconds: STEP, metric: 'cpu_percent' },
  harm: { direction: 'above', limit: 95 },
  targets: [targetOf(turning(rising, constant(48)), forecastOf(rising))],
  peers: [],
  ...changes,
});

/** The same world with the metric turned: less is worse. */
export const mirrored = (inputs: VerificationInputs): VerificationInputs => {
  const turn = (target: VerifiedTarget): VerifiedTarget => ({
    ...target,
    points: target.points.map(({ at, value }) => ({ at, value: value === null ? null : -value })),
    forecast: target.forecast && {
      ...target.forecast,
      levels: target.forecast.levels.map((level) => 1 - level).reverse(),
      quantiles: target.forecast.quantiles.map((row) => row.map((value) => -value)).reverse(),
    },
  });
  const { limit } = inputs.harm;
  return {
    ...inputs,
    harm: { direction: 'below', limit: limit === null ? null : -limit },
    targets: inputs.targets.map(turn),
    peers: inputs.peers.map(turn),
  };
};
