import { type ReencryptDeps, type Reencrypted, reencrypt } from '../../../core/platform/secrets/reencrypt.ts';

export interface Deps extends ReencryptDeps {
  /** Milliseconds after which a run ends; the next one continues. */
  readonly maxRunMs: number;
}

/** Re-encrypts the records of the vault that an older version of its secret sealed. */
export const makeHandler = (deps: Deps) => async (): Promise<Reencrypted> => {
  const outcome = await reencrypt(deps, deps.now() + deps.maxRunMs);
  deps.telemetry.info('vault re-encrypted', { ...outcome });
  return outcome;
};
