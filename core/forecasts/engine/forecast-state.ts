import * as z from 'zod';
import { InvalidInputError } from '../../shared/errors.ts';
import { ENGINE_VERSION } from './engine-version.ts';
import type { EnsembleModel } from './ensemble-model.ts';

const StateSchema = z.object({
  engine: z.string(),
  /** Epoch seconds, one step after the last learned value. */
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

/** The learned state of a series, so that the next run does not test every candidate again. */
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

/** Decodes a state. @throws InvalidInputError if the text is not a state */
export const decodeState = (text: string): ForecastState => {
  try {
    return StateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InvalidInputError('not a forecast state', { cause });
  }
};

/** Validity of a state, after which the candidates are tested again: a quarter of a day, at least one step. */
const SERVES_SECONDS = 21_600;

/** True if a state is valid: same engine, step and horizon, learned recently, and not from the future. */
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
