import { InvalidInputError } from '../../shared/errors.ts';
import type { ModelScope } from '../ports.ts';
import type { SnapshotManifest, SnapshotObject, Window } from '../training-run.ts';

const byKey = (a: SnapshotObject, b: SnapshotObject): number => (a.key < b.key ? -1 : 1);

/**
 * What a training learns from: the objects with points in the window, in the order of their keys, so that the same objects
 * make the same manifest.
 * @throws InvalidInputError if a key has two contents: the data changed while it was listed
 */
export const snapshotManifest = (
  { tenantId, kind }: ModelScope,
  { from, to }: Window,
  found: readonly SnapshotObject[],
): SnapshotManifest => {
  const objects = new Map<string, SnapshotObject>();
  for (const object of found) {
    if (object.from >= to || object.to <= from) continue;
    const known = objects.get(object.key);
    if (known !== undefined && known.sha256 !== object.sha256)
      throw new InvalidInputError(`object ${object.key} has two contents: list the snapshot again`);
    objects.set(object.key, object);
  }
  return { tenantId, kind, from, to, objects: [...objects.values()].toSorted(byKey) };
};
