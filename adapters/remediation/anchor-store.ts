import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { Anchor } from '../../core/remediation/decision.ts';
import type { AnchorStore } from '../../core/remediation/ports.ts';
import { DependencyUnavailableError } from '../../core/shared/errors.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { isoSecond } from '../aws/dynamodb/item-key.ts';
import type { Bucket } from '../aws/s3/bucket.ts';
import { findStored } from '../aws/s3/stored-json.ts';
import { replaceVersioned } from '../aws/s3/versioned-object.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

const FORMAT: StoredFormat<Anchor> = {
  kind: 'anchor of a chain of decisions',
  version: 1,
  schema: z.object(Anchor.shape),
};

const GETS_AT_ONCE = 16;

const prefixOf = (tenantId: string): string => `anchors/${tenantId}/`;

interface FirstVersion {
  readonly key: string;
  readonly versionId: string | undefined;
  /** Epoch seconds at which S3 received it. */
  readonly receivedAt: number;
}

/**
 * The first version of each anchor, oldest first. Object Lock keeps it, but anybody who may write objects can put a newer
 * version, or a delete marker, in front of it.
 */
const firstVersions = async (
  { client, bucketName }: Bucket,
  tenantId: string,
): Promise<readonly FirstVersion[]> => {
  const found = new Map<string, FirstVersion>();
  const Prefix = prefixOf(tenantId);
  let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
  do {
    const list = new ListObjectVersionsCommand({ Bucket: bucketName, Prefix, ...next });
    const page: ListObjectVersionsCommandOutput = await withSdkErrors(
      `listing the versions of ${Prefix}`,
      () => client.send(list),
    );
    // The versions of a key come newest first.
    for (const { Key: key = '', VersionId: versionId, LastModified } of page.Versions ?? [])
      found.set(key, { key, versionId, receivedAt: Math.floor((LastModified?.getTime() ?? 0) / 1000) });
    next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  } while (next.KeyMarker !== undefined);
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
};

const read = async (bucket: Bucket, { key, versionId, receivedAt }: FirstVersion): Promise<Anchor> => {
  const anchor = await findStored(bucket, key, FORMAT, versionId);
  if (anchor === undefined)
    throw new DependencyUnavailableError(`reading ${key}: it was listed, and is missing`);
  return { ...anchor, at: Math.max(anchor.at, receivedAt) };
};

/** Anchors, one object each, named by their time, in a bucket with Object Lock. */
export const s3AnchorStore = (bucket: Bucket): AnchorStore => ({
  put: async (tenantId, anchor) => {
    const key = `${prefixOf(tenantId)}${isoSecond(anchor.at)}.json`;
    const text = JSON.stringify({ ...schemaVersionOf(FORMAT), ...anchor });
    await replaceVersioned(bucket, key, Buffer.from(text), undefined);
  },
  latest: async (tenantId) => {
    const last = (await firstVersions(bucket, tenantId)).at(-1);
    return last && read(bucket, last);
  },
  list: async (tenantId) =>
    inParallel(GETS_AT_ONCE, await firstVersions(bucket, tenantId), (version) => read(bucket, version)),
});
