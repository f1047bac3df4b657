import { describe, expect, it } from 'vitest';
import { checkSecrets, type SecretFacts } from '../../../../core/platform/secrets/check-secrets.ts';
import { makeHandler } from '../../../../functions/platform/check-secrets/handler.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 29);
const sound: SecretFacts = {
  name: 'signing',
  isRotationEnabled: true,
  currentSince: NOW - 24 * HOUR,
  pendingSince: undefined,
};
const problems = (change: Partial<SecretFacts>) =>
  checkSecrets([{ ...sound, ...change }], 90, NOW).map(({ problem }) => problem);

describe('a secret', () => {
  it.each([
    ['that rotates is sound', {}, []],
    ['may be pending for six hours', { pendingSince: NOW - 6 * HOUR }, []],
    ['may be a week late', { currentSince: NOW - 97 * 24 * HOUR }, []],
  ])('%s', (_, change, expected) => {
    expect(problems(change)).toEqual(expected);
  });

  it.each([
    [{ isRotationEnabled: false }, /switched off/],
    [{ pendingSince: NOW - 6 * HOUR - 1 }, /pending since 2026-11-28: its rotation failed/],
    [{ currentSince: NOW - 97 * 24 * HOUR - 1 }, /last rotated on 2026-08-23, expected every 90 days/],
  ])('is not sound with %j', (change, expected) => {
    expect(problems(change)).toEqual([expect.stringMatching(expected)]);
  });
});

describe('the check', () => {
  const check = async (facts: readonly SecretFacts[]) => {
    const { telemetry, counts, lines } = recordedTelemetry();
    const handler = makeHandler({
      readFacts: async () => facts,
      rotationDays: 90,
      telemetry,
      now: () => NOW,
    });
    return { result: await handler(), counts, lines };
  };

  it('counts that all secrets are sound', async () => {
    expect(await check([sound])).toEqual({ result: { problems: 0 }, counts: { SecretsSound: 1 }, lines: [] });
  });

  it('logs problems and counts nothing, so that the alarm misses the count', async () => {
    const { result, counts, lines } = await check([
      sound,
      { ...sound, name: 'vault', isRotationEnabled: false },
    ]);
    expect(result).toEqual({ problems: 1 });
    expect(counts).toEqual({});
    expect(lines).toMatchObject([{ level: 'error', fields: { secret: 'vault' } }]);
  });
});
