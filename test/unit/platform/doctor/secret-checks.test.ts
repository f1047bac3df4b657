import { describe, expect, it } from 'vitest';
import type { SecretFact } from '../../../../core/platform/doctor/ports.ts';
import { judgeSecrets } from '../../../../core/platform/doctor/secret-checks.ts';

const DAY = 86_400_000;
const ID = 'arn:aws:secretsmanager:eu-west-1:1:secret:signing';
const sound: SecretFact = {
  ...{ name: 'Data/Secrets/Signing', id: ID, rotationDays: 90, rotator: 'arn:rotator', state: 'active' },
  ...{ isRotationEnabled: true, currentSince: 0, pendingSince: undefined, pendingId: undefined },
  versions: [
    { id: 'v2', label: 'current', content: 'valid' },
    { id: 'v1', label: 'previous', content: 'valid' },
  ],
  readAt: 10 * DAY,
};
const findings = (change: Partial<SecretFact>) => judgeSecrets([{ ...sound, ...change }]).findings;
const invalid = { content: 'invalid', reason: 'version v2 of the secret is not JSON' } as const;

describe('the secrets of a stage', () => {
  it('are sound if they rotate and their versions can be used', () => {
    expect(judgeSecrets([sound])).toEqual({ summary: '1 secrets with 2 versions in use', findings: [] });
  });

  it.each([
    [
      'rotation that is off',
      { isRotationEnabled: false },
      /switched off/,
      `rotate-secret --secret-id ${ID} --rotation-lambda-arn arn:rotator --rotation-rules AutomaticallyAfterDays=90 --no-rotate-immediately`,
    ],
    [
      'rotation without its function',
      { isRotationEnabled: false, rotator: undefined },
      /switched off/,
      'deploy the Pipeline stack',
    ],
    [
      'version that is stuck',
      { pendingSince: 9 * DAY, pendingId: 'v3' },
      /pending since 1970-01-10/,
      `rotate-secret --secret-id ${ID} --client-request-token v3`,
    ],
    [
      'rotation that is late',
      { readAt: 98 * DAY },
      /last rotated on 1970-01-01/,
      `rotate-secret --secret-id ${ID}`,
    ],
    [
      'age without a schedule',
      { rotationDays: undefined, readAt: 181 * DAY },
      /last replaced on 1970-01-01, and no schedule/,
      `put-secret-value --secret-id ${ID} --secret-string`,
    ],
    [
      'deletion that has begun',
      { state: 'deleting' as const },
      /will be deleted/,
      `restore-secret --secret-id ${ID}`,
    ],
    ['secret that is gone', { state: 'deleted' as const }, /was deleted/, 'add it again and deploy'],
    [
      'current version that is damaged',
      { versions: [{ id: 'v2', label: 'current', ...invalid }, sound.versions[1]!] },
      /current version cannot be used: .* not JSON/,
      `AWSCURRENT --move-to-version-id v1 --remove-from-version-id v2 && aws`,
    ],
    [
      'only version that is damaged',
      { versions: [{ id: 'v2', label: 'current', ...invalid }] },
      /current version cannot be used/,
      `put-secret-value --secret-id ${ID}`,
    ],
    [
      'previous version that is damaged',
      { versions: [sound.versions[0]!, { id: 'v1', label: 'previous', ...invalid }] },
      /previous version cannot be used/,
      `rotate-secret --secret-id ${ID}`,
    ],
  ] satisfies readonly [string, Partial<SecretFact>, RegExp, string][])(
    'name a %s, and what to do',
    (_, change, problem, action) => {
      expect(findings(change)).toMatchObject([
        { problem: expect.stringMatching(problem), action: expect.stringContaining(action) },
      ]);
    },
  );

  it('are judged by their contents alone if no stack rotates them', () => {
    const unrotated = { rotationDays: undefined, isRotationEnabled: false };
    expect(findings(unrotated)).toEqual([]);
    const versions = [{ id: 'v2', label: 'current', ...invalid }] as const;
    expect(findings({ ...unrotated, versions })).toHaveLength(1);
  });

  it('say which versions could not be read, without a finding', () => {
    const versions = [{ id: 'v2', label: 'current', content: 'unread' }] as const;
    expect(judgeSecrets([{ ...sound, versions }])).toEqual({
      summary: '1 secrets with 1 versions in use; 1 not read: needs permission secretsmanager:GetSecretValue',
      findings: [],
    });
  });
});
