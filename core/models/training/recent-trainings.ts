import type { ModelScope, ModelStore } from '../ports.ts';
import type { TrainingRun } from '../training-run.ts';

/** The newest trainings of a kind, at most `limit`: the list of what asked for them is in their order. */
export const recentTrainings = async (
  store: Pick<ModelStore, 'book' | 'run'>,
  scope: ModelScope,
  limit: number,
): Promise<readonly TrainingRun[]> => {
  const { answered } = (await store.book(scope)).item;
  const newest = [...new Set(answered.map(({ runId }) => runId).toReversed())].slice(0, limit);
  const found = await Promise.all(newest.map((runId) => store.run(scope, runId)));
  return found.flatMap((stored) => (stored === undefined ? [] : [stored.item]));
};
