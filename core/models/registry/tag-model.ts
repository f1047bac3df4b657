import { InvalidInputError } from '../../shared/errors.ts';
import { untilCommitted } from '../../shared/until-committed.ts';
import { Tags } from '../model-version.ts';
import type { ModelScope, ModelStore } from '../ports.ts';
import type { SemanticVersion } from '../semantic-version.ts';

/** Sets tags of a version, and removes those that are null. @throws InvalidInputError if the version is not registered */
export const tagModel = (
  store: Pick<ModelStore, 'version' | 'commit'>,
  scope: ModelScope,
  version: SemanticVersion,
  tags: Readonly<Record<string, string | null>>,
): Promise<Tags> =>
  untilCommitted(`the tags of version ${version}`, async () => {
    const stored = await store.version(scope, version);
    if (stored === undefined) throw new InvalidInputError(`${scope.kind} has no version ${version}`);
    const wanted = Object.entries({ ...stored.item.tags, ...tags }).filter(([, value]) => value !== null);
    const parsed = Tags.safeParse(Object.fromEntries(wanted));
    if (!parsed.success) throw new InvalidInputError('tags: expected up to 50 short names and lines of text');
    const item = { ...stored.item, tags: parsed.data };
    const isDone = await store.commit({ scope, version: { item, revision: stored.revision } });
    return isDone ? parsed.data : undefined;
  });
