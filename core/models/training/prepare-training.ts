import { jsonHash } from '../../shared/canonical-json.ts';
import { HOUR_SECONDS } from '../../shared/time.ts';
import type { ModelStore, Snapshots } from '../ports.ts';
import type { TrainingRun, Window } from '../training-run.ts';
import { type OriginPlan, rollingOrigins } from './rolling-origins.ts';
import { type SearchSpace, seedOf, trialsOf } from './search-space.ts';
import { snapshotManifest } from './snapshot-manifest.ts';
import type { TrainingOutcome } from './training-outcome.ts';
import { endedRun, type TrainingDeps, type TrainingKey, takeTrainingStep } from './training-step.ts';

export interface PrepareDeps extends TrainingDeps {
  readonly snapshots: Snapshots;
}

export interface PreparePolicy extends OriginPlan {
  readonly historySeconds: number;
  /** The latest part of the history, on which the gate judges: neither search nor training see it. */
  readonly holdOutSeconds: number;
  readonly search: SearchSpace;
}

/** Depends on the beginning of the training alone, so that a repeated step takes the same window. */
const windowOf = ({ startedAt }: TrainingRun, { historySeconds }: PreparePolicy): Window => {
  const to = Math.floor(startedAt / HOUR_SECONDS) * HOUR_SECONDS;
  return { from: to - historySeconds, to };
};

/** True if the newest registered version learned from the same data with the same code. */
const isKnown = async (store: ModelStore, run: TrainingRun, highest: string, hash: string) => {
  const lineage = (await store.version(run, highest))?.item.lineage;
  return lineage?.dataManifestHash === hash && lineage.codeHash === run.codeHash;
};

/**
 * Takes the snapshot: records what is learned from, and plans search and cross-validation. It ends the training if there is
 * nothing to learn from, or nothing new.
 */
export const prepareTraining = (
  deps: PrepareDeps,
  key: TrainingKey,
  policy: PreparePolicy,
  now: number,
): Promise<TrainingOutcome> =>
  takeTrainingStep(deps, key, ['snapshot'], async (run) => {
    const window = windowOf(run, policy);
    const manifest = snapshotManifest(run, window, await deps.snapshots.objects(run, window));
    if (manifest.objects.length === 0)
      return endedRun(run, 'unchanged', 'there are no data in its window', now);
    const hash = jsonHash(manifest);
    const { item: lineUp } = await deps.store.lineUp(run);
    if (await isKnown(deps.store, run, lineUp.highest, hash))
      return endedRun(run, 'unchanged', `version ${lineUp.highest} learned from the same data`, now);
    await deps.snapshots.put(manifest, hash);
    const seed = seedOf(hash, run.codeHash);
    return {
      ...run,
      ...{ status: 'searching', seed, champion: lineUp.champion },
      snapshot: { manifestHash: hash, objects: manifest.objects.length, ...window },
      origins: rollingOrigins({ from: window.from, to: window.to - policy.holdOutSeconds }, policy),
      trials: trialsOf(policy.search, seed),
      explanation: `learns from ${manifest.objects.length} objects`,
    };
  });
