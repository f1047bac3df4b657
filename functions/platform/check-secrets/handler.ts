import { checkSecrets, type SecretFacts } from '../../../core/platform/secrets/check-secrets.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';

export interface Deps {
  readonly readFacts: () => Promise<readonly SecretFacts[]>;
  readonly rotationDays: number;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Logs every problem of a secret. Counts `SecretsSound` only if there is none: an alarm watches for the missing count. */
export const makeHandler =
  ({ readFacts, rotationDays, telemetry, now }: Deps) =>
  async (): Promise<{ readonly problems: number }> => {
    const problems = checkSecrets(await readFacts(), rotationDays, now());
    for (const { secret, problem } of problems) telemetry.error('a secret is not sound', { secret, problem });
    if (problems.length === 0) telemetry.count('SecretsSound');
    return { problems: problems.length };
  };
