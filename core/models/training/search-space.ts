/** A small search over hyperparameters, as the items of a workflow's Map. */
import { jsonHash } from '../../shared/canonical-json.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Parameters } from '../model-version.ts';
import type { Trial } from '../training-run.ts';

/** Values to try of each hyperparameter. */
export type SearchSpace = Readonly<Record<string, readonly (number | string)[]>>;

/** The state of a workflow carries the trials and their results: 256 KB. */
export const MAX_TRIALS = 64;

const combine = (before: readonly Parameters[], name: string, values: readonly (number | string)[]) =>
  before.flatMap((parameters) => values.map((value) => ({ ...parameters, [name]: value })));

/**
 * All combinations, the first name varying slowest, each with the same seed, so that they differ in nothing else.
 * @throws InvalidInputError if there are too many
 */
export const trialsOf = (space: SearchSpace, seed: number): Trial[] => {
  const names = Object.keys(space).toSorted((a, b) => (a < b ? -1 : 1));
  const count = names.reduce((product, name) => product * (space[name]?.length ?? 0), 1);
  if (count < 1 || count > MAX_TRIALS)
    throw new InvalidInputError(`the search has ${count} combinations; 1 to ${MAX_TRIALS} are possible`);
  const all = names.reduce<readonly Parameters[]>(
    (before, name) => combine(before, name, space[name] ?? []),
    [{}],
  );
  return all.map((parameters) => ({ trialId: jsonHash(parameters).slice(0, 16), parameters, seed }));
};

/** The seed of a training: that of equal data and code is equal, so that both make the same model again. */
export const seedOf = (manifestHash: string, codeHash: string): number =>
  Number.parseInt(jsonHash([manifestHash, codeHash]).slice(0, 7), 16);

/** What a trial lost at each origin; null for an origin at which it failed. */
export interface TrialResult {
  readonly trialId: string;
  readonly losses: readonly (number | null)[];
}

/** What one trial lost at one origin; null if it failed there. */
export interface ExperimentResult {
  readonly trialId: string;
  readonly origin: number;
  readonly loss: number | null;
}

/** The results of a search by trial. An origin without a result counts as one at which the trial failed. */
export const trialResults = (
  trials: readonly Trial[],
  origins: number,
  found: readonly ExperimentResult[],
): TrialResult[] =>
  trials.map(({ trialId }) => ({
    trialId,
    losses: Array.from(
      { length: origins },
      (_, origin) => found.find((each) => each.trialId === trialId && each.origin === origin)?.loss ?? null,
    ),
  }));

/** The trial with the smallest mean loss, the first of equal ones; undefined if none succeeded at every origin. */
export const bestTrial = (
  trials: readonly Trial[],
  results: readonly TrialResult[],
  origins: number,
): { readonly trialId: string; readonly loss: number } | undefined => {
  let best: { readonly trialId: string; readonly loss: number } | undefined;
  for (const { trialId } of trials) {
    const losses = results.find((result) => result.trialId === trialId)?.losses ?? [];
    const known = losses.filter((loss) => loss !== null && Number.isFinite(loss));
    if (known.length !== origins || losses.length !== origins) continue;
    const loss = known.reduce<number>((sum, each) => sum + (each ?? 0), 0) / origins;
    if (best === undefined || loss < best.loss) best = { trialId, loss };
  }
  return best;
};
