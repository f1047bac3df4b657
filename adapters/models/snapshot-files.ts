import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { LearnedSeries } from '../../core/models/learned-series.ts';
import type { FleetSeries, ModelScope, Snapshots } from '../../core/models/ports.ts';
import { decodeSeries, encodeSeries } from '../../core/models/training/series-codec.ts';
import { SnapshotManifest, type SnapshotObject, type Window } from '../../core/models/training-run.ts';
import { jsonHash } from '../../core/shared/canonical-json.ts';
import { UnreadableItemError } from '../../core/shared/errors.ts';
import { chunksOf, inParallel } from '../../core/shared/in-parallel.ts';
import type { StoredFormat } from '../../core/shared/stored-format.ts';
import { type Bucket, getObject, putObject } from '../aws/s3/bucket.ts';
import { getStored, putStored } from '../aws/s3/stored-json.ts';

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/** About 2 MB before compression for four weeks of points every five minutes. */
const SERIES_PER_OBJECT = 32;
const OBJECTS_AT_ONCE = 4;

const MANIFEST: StoredFormat<SnapshotManifest> = {
  kind: 'manifest of a snapshot',
  version: 1,
  schema: SnapshotManifest.strip(),
};

const prefixOf = ({ tenantId, kind }: ModelScope): string => `snapshots/${tenantId}/${kind}`;
const manifestKey = (scope: ModelScope, hash: string): string => `${prefixOf(scope)}/manifests/${hash}.json`;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const endOf = ({ series: { start, stepSeconds, values } }: LearnedSeries): number =>
  start + values.length * stepSeconds;

/** An object is named by its content, so that it never changes. */
const store = async (
  bucket: Bucket,
  scope: ModelScope,
  part: readonly LearnedSeries[],
  window: Window,
): Promise<SnapshotObject> => {
  const bytes = encodeSeries(part);
  const hash = sha256(bytes);
  const key = `${prefixOf(scope)}/series/${hash}.bin.gz`;
  await putObject(bucket, key, await compress(bytes), 'application/gzip');
  return {
    ...{ key, sha256: hash, bytes: bytes.length },
    from: Math.max(window.from, Math.floor(Math.min(...part.map(({ series }) => series.start)))),
    to: Math.min(window.to, Math.ceil(Math.max(...part.map(endOf)))),
  };
};

const load = async (bucket: Bucket, { key, sha256: expected }: SnapshotObject): Promise<LearnedSeries[]> => {
  const item = `object of a snapshot ${key}`;
  const found = await getObject(bucket, key);
  if (found === undefined) throw new UnreadableItemError(item, 'it does not exist');
  const bytes = await decompress(found.bytes).catch((cause: unknown) => {
    throw new UnreadableItemError(item, 'it is not compressed', cause);
  });
  if (sha256(bytes) !== expected) throw new UnreadableItemError(item, 'it is not the one that was recorded');
  return decodeSeries(bytes);
};

const loadManifest = async (bucket: Bucket, scope: ModelScope, hash: string): Promise<SnapshotManifest> => {
  const key = manifestKey(scope, hash);
  const manifest = await getStored(bucket, key, MANIFEST);
  if (jsonHash(manifest) === hash) return manifest;
  throw new UnreadableItemError(`${MANIFEST.kind} ${key}`, 'its content does not have the hash in its name');
};

/**
 * Snapshots in S3. Stored points change while late ones arrive, so a snapshot copies the series that a training takes from
 * `fleet`.
 */
export const s3Snapshots = (bucket: Bucket, fleet: FleetSeries): Snapshots => ({
  objects: async (scope, window) => {
    const parts = chunksOf(SERIES_PER_OBJECT, await fleet.read(scope.tenantId, window));
    return inParallel(OBJECTS_AT_ONCE, parts, (part) => store(bucket, scope, part, window));
  },
  put: (manifest, hash) => putStored(bucket, manifestKey(manifest, hash), MANIFEST, manifest),
  series: async (scope, hash) => {
    const { objects } = await loadManifest(bucket, scope, hash);
    return (await inParallel(OBJECTS_AT_ONCE, objects, (object) => load(bucket, object))).flat();
  },
});
