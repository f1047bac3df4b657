import { describe, expect, it } from 'vitest';
import { judgeProtection } from '../../../../core/platform/doctor/encryption-checks.ts';
import type { StoreKind, StoreProtectionFact } from '../../../../core/platform/doctor/ports.ts';

const store = (changes: Partial<StoreProtectionFact> = {}): StoreProtectionFact => ({
  name: 'Data/Store',
  id: 'store-1',
  kind: 'bucket',
  key: undefined,
  isEncrypted: true,
  stageKey: undefined,
  refusesPlainHttp: true,
  ...changes,
});
const findingsOf = (changes: Partial<StoreProtectionFact>) => judgeProtection([store(changes)]).findings;
const KINDS: readonly StoreKind[] = ['table', 'bucket', 'queue', 'topic', 'log group'];

describe('a stage with keys of AWS', () => {
  it.each(KINDS)('an encrypted %s is fine', (kind) => {
    expect(findingsOf({ kind })).toEqual([]);
    expect(findingsOf({ kind, key: 'alias/aws/dynamodb', refusesPlainHttp: undefined })).toEqual([]);
  });

  it.each([
    ['bucket', /^aws s3api put-bucket-encryption --bucket store-1 .*"SSEAlgorithm":"AES256"/],
    ['queue', /^aws sqs set-queue-attributes --queue-url store-1 --attributes SqsManagedSseEnabled=true$/],
  ] as const)('an unencrypted %s gets a command', (kind, command) => {
    expect(findingsOf({ kind, isEncrypted: false })).toMatchObject([
      { problem: 'it is not encrypted at rest', action: expect.stringMatching(command) },
    ]);
  });

  it('an unencrypted topic is fine, because alarms could not publish to an encrypted one', () => {
    expect(findingsOf({ kind: 'topic', isEncrypted: false })).toEqual([]);
  });

  it.each([
    ['queue', 1],
    ['topic', 1],
    ['table', 0],
    ['bucket', 0],
    ['log group', 0],
  ] as const)('a deleted %s is named once in all checks', (kind, findings) => {
    const found = findingsOf({ kind, isDeleted: true, isEncrypted: false, refusesPlainHttp: undefined });
    expect(found).toHaveLength(findings);
    for (const { problem } of found) expect(problem).toContain('deleted');
  });

  it('requests without TLS are a finding', () => {
    expect(findingsOf({ refusesPlainHttp: false })).toMatchObject([
      { subject: 'Data/Store', problem: 'it accepts requests without TLS' },
    ]);
  });

  it('says so', () => {
    expect(judgeProtection([store()]).summary).toContain('1 tables, buckets, queues, topics');
    expect(judgeProtection([store()]).summary).toContain('keys of AWS');
  });
});

describe('a stage with a key of its own', () => {
  it.each([
    ['table', 'Enabled=true,SSEType=KMS,KMSMasterKeyId=key-1'],
    ['bucket', '"KMSMasterKeyID":"key-1"},"BucketKeyEnabled":true'],
    ['queue', '--attributes KmsMasterKeyId=key-1,KmsDataKeyReusePeriodSeconds=3600'],
    ['topic', '--attribute-name KmsMasterKeyId --attribute-value key-1'],
    ['log group', 'aws logs associate-kms-key --log-group-name store-1 --kms-key-id key-1'],
  ] as const)('a %s with another key gets a command', (kind, part) => {
    for (const key of [undefined, 'alias/other'])
      expect(findingsOf({ kind, key, stageKey: 'key-1' })).toMatchObject([
        {
          problem: expect.stringContaining('not with the key of the stage'),
          action: expect.stringContaining(part),
        },
      ]);
    expect(findingsOf({ kind, key: 'key-1', stageKey: 'key-1' })).toEqual([]);
  });

  it('says so', () => {
    const { summary } = judgeProtection([store({ key: 'key-1', stageKey: 'key-1' })]);
    expect(summary).toContain('the key of the stage');
  });
});
