import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DrillReport } from '../../core/platform/secrets/drill.ts';
import { formatKey } from '../../core/platform/secrets/key-ring.ts';
import { ROTATION_STEPS, rotate } from '../../core/platform/secrets/rotate.ts';
import type { OwnSecret } from '../../core/platform/secrets/rotated-secrets.ts';
import { signingCredential } from '../../core/platform/secrets/signing-credential.ts';
import { vaultCredential } from '../../core/platform/secrets/vault-credential.ts';
import { makeHandler as makeBegin } from '../../functions/platform/begin-secret-drill/handler.ts';
import { makeHandler as makeVerify } from '../../functions/platform/verify-secret-drill/handler.ts';
import { memoryRings, memorySecret, memoryVault } from '../fakes/secrets.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { definitionOf } from './definition.ts';
import { execute } from './interpreter.ts';

const definition = definitionOf('drill-secrets');
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 29);
const SECRETS: readonly OwnSecret[] = [
  { name: 'signing', kind: 'signing', arn: 'signing' },
  { name: 'vault', kind: 'vault', arn: 'vault' },
];

interface Circumstances {
  readonly ageDays?: number;
  /** Attempts to verify before the rotations end. */
  readonly lateAfter?: number;
  /** Secrets that rotated once before. */
  readonly isSecond?: boolean;
}

const world = async ({ ageDays = 90, lateAfter = 0, isSecond = true }: Circumstances = {}) => {
  const newSecret = () => memorySecret(formatKey(randomBytes(48), 0));
  const secrets = { signing: newSecret(), vault: newSecret() };
  const { telemetry, lines } = recordedTelemetry();
  const reports: DrillReport[] = [];
  const pending: (() => Promise<void>)[] = [];
  const settings = { random: randomBytes, now: () => NOW };
  const { store } = memoryVault();
  const of = ({ name }: OwnSecret) => secrets[name as keyof typeof secrets];
  const finish = async (secret: OwnSecret, versionId: string) => {
    const versions = of(secret);
    const credential =
      secret.kind === 'signing'
        ? signingCredential(settings)
        : vaultCredential({ ...settings, versions, store });
    for (const step of ROTATION_STEPS) await rotate({ versions, credential }, { step, versionId });
  };
  if (isSecond)
    for (const secret of SECRETS) {
      of(secret).start('first');
      await finish(secret, 'first');
    }
  const begin = makeBegin({
    secrets: SECRETS,
    describe: (secret) => of(secret).describe(),
    readFacts: async ({ name }) => ({
      ...{ name, isRotationEnabled: true, pendingSince: undefined },
      currentSince: NOW - ageDays * DAY_MS,
    }),
    rotate: async (secret, versionId) => {
      of(secret).start(versionId);
      pending.push(() => finish(secret, versionId));
    },
    telemetry,
    now: () => NOW,
  });
  const verify = makeVerify({
    secrets: SECRETS,
    ringsOf: (secret) => memoryRings(of(secret)),
    readVersion: (secret, versionId) => of(secret).read(versionId),
    reports: { write: async (report) => void reports.push(report) },
    random: randomBytes,
    telemetry,
    now: () => NOW,
  });
  let attempts = 0;
  const verifyLater = async (event: unknown) => {
    if (attempts++ >= lateAfter) for (const run of pending.splice(0)) await run();
    return verify(event);
  };
  const run = (input: object = {}) =>
    execute(definition, input, {
      BeginSecretDrillFunctionArn: begin,
      VerifySecretDrillFunctionArn: verifyLater,
    });
  return { run, secrets, reports, lines };
};

const failedChecks = ({ secrets }: DrillReport) =>
  secrets.flatMap(({ checks }) => checks.filter(({ passed }) => !passed).map(({ check }) => check));

describe('a drill of secrets', () => {
  it('rotates each, and finds the old version accepted and the retired one refused', async () => {
    const { run, secrets, reports } = await world();
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(secrets.signing.idOf('previous')).toBe('first');
    expect(reports).toHaveLength(1);
    const [report] = reports;
    expect(report).toMatchObject({ passed: true, at: '2026-11-29T00:00:00.000Z' });
    expect(report?.secrets.map(({ name, rotated, checks }) => [name, rotated, checks.length])).toEqual([
      ['signing', true, 5],
      ['vault', true, 5],
    ]);
  });

  it('passes at the first rotation, when nothing was retired yet', async () => {
    const { run, reports } = await world({ isSecond: false });
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(reports[0]?.passed).toBe(true);
  });

  it('leaves secrets that rotated lately, unless it is forced', async () => {
    const { run, secrets, reports } = await world({ ageDays: 29 });
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(secrets.signing.idOf('current')).toBe('first');
    expect(reports[0]?.secrets.map(({ rotated }) => rotated)).toEqual([false, false]);
    expect(await run({ force: true })).toMatchObject({ status: 'SUCCEEDED' });
    expect(secrets.signing.idOf('previous')).toBe('first');
  });

  it('waits for rotations that take a while', async () => {
    const { run, reports } = await world({ lateAfter: 3 });
    expect(await run()).toMatchObject({ status: 'SUCCEEDED' });
    expect(reports).toHaveLength(1);
  });

  it('fails, with a report, if a rotation does not end', async () => {
    const { run, reports, lines } = await world({ lateAfter: 1_000 });
    expect(await run()).toMatchObject({ status: 'FAILED' });
    expect(reports).toHaveLength(1);
    expect(failedChecks(reports[0]!)).toContain('the rotation ended');
    expect(lines.some(({ message }) => message === 'a secret failed the drill')).toBe(true);
  });

  it('fails if a version is accepted that a rotation retired', async () => {
    const { run, secrets, reports } = await world();
    const { ring } = secrets.signing;
    // A consumer that keeps retired versions.
    const kept = JSON.parse((await secrets.signing.read('v0')) ?? '') as { key: string };
    secrets.signing.ring = () => ({ ...ring(), pending: { id: 'v0', key: kept.key, createdAt: 0 } });
    expect(await run()).toMatchObject({ status: 'FAILED' });
    expect(failedChecks(reports[0]!)).toEqual(['a retired version is refused']);
  });
});
