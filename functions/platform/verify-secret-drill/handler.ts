import * as z from 'zod';
import {
  checkDrilled,
  DrilledSecret,
  type DrillReport,
  isRotating,
} from '../../../core/platform/secrets/drill.ts';
import { formatKey, KEY_BYTES, type KeyVersion, parseKey } from '../../../core/platform/secrets/key-ring.ts';
import type { KeyRings } from '../../../core/platform/secrets/ports.ts';
import type { OwnSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import type { Random } from '../../../core/platform/secrets/vault.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { isoOfMs } from '../../../core/shared/time.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly secrets: readonly OwnSecret[];
  /** A ring that was not read before. */
  readonly ringsOf: (secret: OwnSecret) => KeyRings;
  /** The content of a version; undefined if it no longer exists. */
  readonly readVersion: (secret: OwnSecret, versionId: string) => Promise<string | undefined>;
  readonly reports: { write(report: DrillReport): Promise<void> };
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const Drill = z.object({
  drillId: z.string().min(1),
  secrets: z.array(DrilledSecret),
  /** True if rotations that have not ended count as failed. */
  isLate: z.boolean(),
});

/** The version that the rotation retired; if there was none, one that never existed. */
const retiredOf = async (deps: Deps, secret: OwnSecret, drilled: DrilledSecret): Promise<KeyVersion> => {
  const id = drilled.versionId === null ? null : drilled.previousId;
  const content = id === null ? undefined : await deps.readVersion(secret, id);
  return parseKey(id ?? 'never', content ?? formatKey(deps.random(KEY_BYTES), 0));
};

const check = async (deps: Deps, drilled: DrilledSecret, isLate: boolean) => {
  const { name } = drilled;
  const secret = deps.secrets.find((each) => each.name === name);
  if (secret === undefined) throw new InvalidInputError(`the stage has no secret ${name}`);
  const ring = await deps.ringsOf(secret).read();
  if (!isLate && isRotating(ring, drilled))
    throw new DependencyUnavailableError(`the rotation of ${name} has not ended`);
  const retired = await retiredOf(deps, secret, drilled);
  const checks = checkDrilled(secret.kind, drilled, { ring, retired, random: deps.random, now: deps.now() });
  return { name, rotated: drilled.versionId !== null, checks: [...checks] };
};

/**
 * Checks what consumers accept after the rotations, and writes the report.
 * @throws DependencyUnavailableError while a rotation has not ended, unless it is late
 */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<{ readonly passed: boolean }> => {
    const { drillId, secrets: drilled, isLate } = parseInput(Drill, event);
    const secrets = await Promise.all(drilled.map((each) => check(deps, each, isLate)));
    const passed = secrets.every(({ checks }) => checks.every((each) => each.passed));
    await deps.reports.write({ drillId, at: isoOfMs(deps.now()), passed, secrets });
    for (const { name, checks } of secrets)
      for (const { check } of checks.filter((each) => !each.passed))
        deps.telemetry.error('a secret failed the drill', { drillId, secret: name, check });
    deps.telemetry.info('drill of secrets ended', { drillId, passed });
    return { passed };
  };
