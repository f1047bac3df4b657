import { untilCommitted } from '../../shared/until-committed.ts';
import type { Versioned } from '../../shared/versioned.ts';
import type { LineUp } from '../line-up.ts';
import type { ModelScope, ModelStore, ModelWrite } from '../ports.ts';

/** What one attempt decided. Without a write, an earlier attempt did the work. */
export interface Attempt<Result> {
  readonly write?: Omit<ModelWrite, 'scope'>;
  readonly result: Result;
}

/**
 * Reads the line-up, decides and writes; if another writer was faster, everything is read and decided again.
 * @throws DependencyUnavailableError if others kept writing
 */
export const changeLineUp = <Result>(
  store: Pick<ModelStore, 'lineUp' | 'commit'>,
  scope: ModelScope,
  decide: (lineUp: Versioned<LineUp>) => Promise<Attempt<Result>>,
): Promise<Result> =>
  untilCommitted(`the line-up of ${scope.kind}`, async () => {
    const { write, result } = await decide(await store.lineUp(scope));
    const isDone = write === undefined || (await store.commit({ scope, ...write }));
    return isDone ? result : undefined;
  });
