import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import type { EnsembleModel } from './ensemble-model.ts';

const StateSchema = z.object({
  engine: z.string(),
  /** Epoch seconds one step past the last value learned from. */
  learnedUntil: z.number(),
  stepSeconds: z.number().positive(),
  model: z.object({
    blockEnds: z.array(z.number()),
    testedBlocks: z.array(z.number()),
    longestTestedLead: z.number(),
    scale: z.number(),
    members: z.array(
      z.object({
        name: z.string(),
        weights: z.array(z.number()),
        errorQuantiles: z.array(z.number()).nullable(),
      }),
    ),
  }),
});

/** What a run learned about a series, kept so that the next run need not test every candidate again. */
export interface ForecastState {
  readonly engine: string;
  readonly learnedUntil: number;
  readonly stepSeconds: number;
  readonly model: EnsembleModel;
}

const SIGNIFICANT_DIGITS = 4;
const short = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));

/** Compact JSON (a few KB): weights and error sketches at four significant digits. */
export const encodeState = (state: ForecastState): string =>
  JSON.stringify({
    ...state,
    model: {
      ...state.model,
      members: state.model.members.map(({ name, weights, errorQuantiles }) => ({
        name,
        weights: weights.map(short),
        errorQuantiles: errorQuantiles === null ? null : Array.from(errorQuantiles, short),
      })),
    },
  });

/** Reads an encoded state. Throws InvalidInputError where it is none. */
export const decodeState = (text: string): ForecastState => {
  try {
    return StateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InvalidInputError('not a forecast state', { cause });
  }
};

/** How long a state serves before the candidates are tested anew: a quarter of a day, at least one step. */
const SERVES_SECONDS = 21_600;

/** Whether a state still fits: same engine, step and horizon, learned recently, and no step into the past. */
export const stateServes = (
  state: ForecastState,
  history: { readonly end: number; readonly stepSeconds: number },
  horizon: number,
): boolean => {
  const age = history.end - state.learnedUntil;
  return (
    state.engine === ENGINE_VERSION &&
    state.stepSeconds === history.stepSeconds &&
    state.model.blockEnds.at(-1) === horizon &&
    age >= 0 &&
    age < Math.max(SERVES_SECONDS, history.stepSeconds)
  );
};
