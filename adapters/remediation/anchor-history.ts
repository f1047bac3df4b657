import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import type { Anchor } from '../../core/remediation/decision.ts';
import type { AnchorHistory } from '../../core/remediation/ports.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { findStored } from '../aws/s3/stored-json.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { ANCHOR, anchorsOf } from './anchor-object.ts';

const GETS_AT_ONCE = 16;

interface FirstVersion {
  readonly key: string;
  readonly versionId: string | undefined;
  /** Epoch seconds at which S3 received it. */
  readonly receivedAt: number;
}

/**
 * The first version of each anchor, oldest first. Object Lock keeps it, but whoever may write objects can put a newer
 * version, or a delete marker, in front of it.
 */
const firstVersions = async (
  { client, bucketName }: Bucket,
  tenantId: string,
): Promise<readonly FirstVersion[]> => {
  const found = new Map<string, FirstVersion>();
  const Prefix = anchorsOf(tenantId);
  let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
  do {
    const list = new ListObjectVersionsCommand({ Bucket: bucketName, Prefix, ...next });
    const page: ListObjectVersionsCommandOutput = await withSdkErrors(`listing versions of ${Prefix}`, () =>
      client.send(list),
    );
    // The versions of a key come newest first.
    for (const { Key: key = '', VersionId: versionId, LastModified } of page.Versions ?? [])
      found.set(key, { key, versionId, receivedAt: Math.floor((LastModified?.getTime() ?? 0) / 1000) });
    next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  } while (next.KeyMarker !== undefined);
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

const read = async (bucket: Bucket, { key, versionId, receivedAt }: FirstVersion): Promise<Anchor> => {
  const anchor = await findStored(bucket, key, ANCHOR, versionId);
  if (anchor === undefined)
    throw new DependencyUnavailableError(`reading ${key}: it was listed, but is missing`);
  return { ...anchor, at: Math.max(anchor.at, receivedAt) };
};

/** Anchors as they were first stored. */
export const s3AnchorHistory = (bucket: Bucket): AnchorHistory => ({
  list: async (tenantId) =>
    inParallel(GETS_AT_ONCE, await firstVersions(bucket, tenantId), (version) => read(bucket, version)),
});
