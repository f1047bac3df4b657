/** Outcomes of breach forecasts as sums, which are added like those of errors. */

/** A forecast of a breach and what followed. */
export interface BreachOutcome {
  /** Probability of a breach within the horizon. */
  readonly probability: number;
  /** True if the forecast was a warning: its severity was above `info`. */
  readonly warned: boolean;
  /** Seconds from the start of the forecast to the first value beyond the threshold; null if none came. */
  readonly crossedAfterSeconds: number | null;
}

/** Counts of forecasts of whole horizons whose threshold had not been passed when they were made. */
export interface BreachSums {
  /** Warned, and the breach came. */
  readonly warnedOfBreach: number;
  /** Warned, and none came: a false alarm. */
  readonly warnedOfNone: number;
  /** Not warned, and a breach came. */
  readonly missed: number;
  /** Not warned, and none came. */
  readonly quiet: number;
  /** Sum of (probability - outcome)^2. */
  readonly squaredError: number;
  /** Right warnings by their lead time: up to each of `LEAD_MINUTES`, and longer. */
  readonly leads: readonly number[];
  /** Forecasts, breaches that came and the sum of probabilities, by tenths of the probability. */
  readonly byProbability: readonly ProbabilitySums[];
}

export interface ProbabilitySums {
  readonly cases: number;
  readonly crossed: number;
  readonly probability: number;
}

/** Ends of the ranges in which lead times are counted. */
export const LEAD_MINUTES = [5, 15, 30, 60, 120, 240, 480] as const;
const BINS = 10;
const NO_CASES: ProbabilitySums = { cases: 0, crossed: 0, probability: 0 };

export const NO_BREACHES: BreachSums = {
  ...{ warnedOfBreach: 0, warnedOfNone: 0, missed: 0, quiet: 0, squaredError: 0 },
  leads: new Array<number>(LEAD_MINUTES.length + 1).fill(0),
  byProbability: new Array<ProbabilitySums>(BINS).fill(NO_CASES),
};

/** Sums of one outcome. */
export const breachSums = ({ probability, warned, crossedAfterSeconds }: BreachOutcome): BreachSums => {
  const crossed = crossedAfterSeconds === null ? 0 : 1;
  const minutes = (crossedAfterSeconds ?? 0) / 60;
  const lead = LEAD_MINUTES.findIndex((end) => minutes <= end);
  const range = lead < 0 ? LEAD_MINUTES.length : lead;
  const bin = Math.min(BINS - 1, Math.floor(BINS * probability));
  return {
    warnedOfBreach: warned && crossed === 1 ? 1 : 0,
    warnedOfNone: warned && crossed === 0 ? 1 : 0,
    missed: !warned && crossed === 1 ? 1 : 0,
    quiet: !warned && crossed === 0 ? 1 : 0,
    squaredError: (probability - crossed) ** 2,
    leads: NO_BREACHES.leads.map((_, i) => (warned && crossed === 1 && i === range ? 1 : 0)),
    byProbability: NO_BREACHES.byProbability.map((none, i) =>
      i === bin ? { cases: 1, crossed, probability } : none,
    ),
  };
};

export const addBreaches = (a: BreachSums, b: BreachSums): BreachSums => ({
  warnedOfBreach: a.warnedOfBreach + b.warnedOfBreach,
  warnedOfNone: a.warnedOfNone + b.warnedOfNone,
  missed: a.missed + b.missed,
  quiet: a.quiet + b.quiet,
  squaredError: a.squaredError + b.squaredError,
  leads: a.leads.map((count, i) => count + b.leads[i]!),
  byProbability: a.byProbability.map((one, i) => ({
    cases: one.cases + b.byProbability[i]!.cases,
    crossed: one.crossed + b.byProbability[i]!.crossed,
    probability: one.probability + b.byProbability[i]!.probability,
  })),
});
