import * as z from 'zod';
import type { SecretFacts } from '../../../core/platform/secrets/check-secrets.ts';
import {
  beforeDrill,
  type DrilledSecret,
  drillVersion,
  MIN_OVERLAP_MS,
} from '../../../core/platform/secrets/drill.ts';
import type { SecretState } from '../../../core/platform/secrets/ports.ts';
import type { OwnSecret } from '../../../core/platform/secrets/rotated-secrets.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps {
  readonly secrets: readonly OwnSecret[];
  readonly describe: (secret: OwnSecret) => Promise<SecretState>;
  readonly readFacts: (secret: OwnSecret) => Promise<SecretFacts>;
  /** Starts a rotation that makes this version. */
  readonly rotate: (secret: OwnSecret, versionId: string) => Promise<void>;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const Order = z.object({
  drillId: z.string().min(1),
  /** Rotates secrets that rotated lately, too. */
  force: z.boolean().default(false),
});

const begin = async (deps: Deps, secret: OwnSecret, { drillId, force }: z.infer<typeof Order>) => {
  const { name } = secret;
  const versionId = drillVersion(drillId, name);
  const state = await deps.describe(secret);
  if (state.labels.has(versionId)) return beforeDrill(name, state, versionId);
  const { currentSince } = await deps.readFacts(secret);
  const isDue = force || deps.now() - currentSince >= MIN_OVERLAP_MS;
  if (isDue) await deps.rotate(secret, versionId);
  deps.telemetry.info(isDue ? 'drill rotates a secret' : 'drill leaves a secret that rotated lately', {
    drillId,
    secret: name,
  });
  return beforeDrill(name, state, isDue ? versionId : null);
};

/** Starts the rotation of every secret; may be repeated. */
export const makeHandler =
  (deps: Deps) =>
  async (
    event: unknown,
  ): Promise<{ readonly drillId: string; readonly secrets: readonly DrilledSecret[] }> => {
    const order = parseInput(Order, event);
    const secrets: DrilledSecret[] = [];
    for (const secret of deps.secrets) secrets.push(await begin(deps, secret, order));
    return { drillId: order.drillId, secrets };
  };
