/** Checks that everything at rest is encrypted as the stage wants it, and that nothing is reachable without TLS. */
import type { Finding, Verdict } from './check.ts';
import { deleted } from './deleted.ts';
import type { StoreKind, StoreProtectionFact } from './ports.ts';
import { SECTIONS } from './runbook-sections.ts';

/**
 * The command that encrypts a resource with the key of the stage. Without one, only buckets and queues can be
 * unencrypted.
 */
const COMMANDS: Readonly<Record<StoreKind, (id: string, key: string | undefined) => string>> = {
  table: (id, key) =>
    `aws dynamodb update-table --table-name ${id} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=${key}`,
  bucket: (id, key) =>
    `aws s3api put-bucket-encryption --bucket ${id} --server-side-encryption-configuration '${bucketRules(key)}'`,
  queue: (id, key) =>
    `aws sqs set-queue-attributes --queue-url ${id} --attributes ${key === undefined ? 'SqsManagedSseEnabled=true' : `KmsMasterKeyId=${key},KmsDataKeyReusePeriodSeconds=3600`}`,
  topic: (id, key) =>
    `aws sns set-topic-attributes --topic-arn ${id} --attribute-name KmsMasterKeyId --attribute-value ${key}`,
  'log group': (id, key) => `aws logs associate-kms-key --log-group-name ${id} --kms-key-id ${key}`,
};

const bucketRules = (key: string | undefined): string => {
  const by =
    key === undefined ? { SSEAlgorithm: 'AES256' } : { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key };
  const more = key === undefined ? {} : { BucketKeyEnabled: true };
  return JSON.stringify({ Rules: [{ ApplyServerSideEncryptionByDefault: by, ...more }] });
};

const problemOf = ({ kind, key, stageKey, isEncrypted }: StoreProtectionFact): string | undefined => {
  if (stageKey !== undefined && key !== stageKey)
    return `it is encrypted with ${key ?? 'a key of AWS'}, not with the key of the stage`;
  // Without a key of their own, alarms could not publish to an encrypted topic.
  return isEncrypted || kind === 'topic' ? undefined : 'it is not encrypted at rest';
};

/** Checks of their own name the others. */
const isNamedHere = ({ kind }: StoreProtectionFact): boolean => kind === 'queue' || kind === 'topic';

const unprotected = (store: StoreProtectionFact): Finding[] => {
  if (store.isDeleted === true) return isNamedHere(store) ? [deleted(store.name)] : [];
  const { name: subject, id, kind, stageKey } = store;
  const runbook = SECTIONS.changedByHand;
  const problem = problemOf(store);
  const findings: Finding[] = [];
  if (problem !== undefined)
    findings.push({ subject, problem, action: COMMANDS[kind](id, stageKey), runbook });
  if (store.refusesPlainHttp === false)
    findings.push({
      subject,
      problem: 'it accepts requests without TLS',
      action: `add the statement of its template that denies aws:SecureTransport=false to the policy of ${id}`,
      runbook,
    });
  return findings;
};

/** Each table, bucket, queue, topic and log group is encrypted and refuses plain HTTP. */
export const judgeProtection = (stores: readonly StoreProtectionFact[]): Verdict => {
  const own = stores.some(({ stageKey }) => stageKey !== undefined);
  return {
    summary: `${stores.length} tables, buckets, queues, topics and log groups with ${own ? 'the key of the stage' : 'keys of AWS'}`,
    findings: stores.flatMap(unprotected),
  };
};
