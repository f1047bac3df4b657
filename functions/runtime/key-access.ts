import { dynamoApiKeyFinder } from '../../adapters/platform/api-key-finder.ts';
import { dynamoKeyUseRecorder } from '../../adapters/platform/key-use-recorder.ts';
import { dynamoQuotaLedger } from '../../adapters/platform/quota-ledger.ts';
import { leasedQuotas } from '../../core/platform/access/leased-quotas.ts';
import type { PersonVerifier } from '../../core/platform/access/ports.ts';
import type { Quotas } from '../../core/platform/api/quotas.ts';
import type { KeyRings } from '../../core/platform/secrets/ports.ts';
import { authenticate } from './authenticate.ts';
import { countAccess } from './count-access.ts';
import { telemetry } from './observe.ts';
import type { HttpDeps } from './serve-http.ts';
import { table } from './tables.ts';

/** The part of the environment that every function behind the HTTP API reads. */
export interface AccessEnvironment {
  readonly API_KEYS_TABLE_NAME: string;
  readonly REQUESTS_TABLE_NAME: string;
  readonly TENANT_QUOTAS: Quotas;
}

/** What verifies tokens; without it, only API keys are accepted. */
interface Verifiers {
  readonly people?: PersonVerifier;
  readonly tokens?: KeyRings;
  readonly freshKeys?: boolean | undefined;
}

/** Access by API keys and tokens, with the quotas of their tenants. */
export const keyAccess = (env: AccessEnvironment, verifiers: Verifiers = {}): HttpDeps => {
  const keys = dynamoApiKeyFinder(table(env.API_KEYS_TABLE_NAME));
  const uses = dynamoKeyUseRecorder(table(env.REQUESTS_TABLE_NAME));
  return {
    authenticate: authenticate({ keys, uses, ...verifiers, telemetry, now: Date.now }),
    quotas: leasedQuotas(dynamoQuotaLedger(table(env.REQUESTS_TABLE_NAME)), env.TENANT_QUOTAS, telemetry),
    now: Date.now,
    telemetry,
    countAccess: countAccess(telemetry),
    isBehindCloudFront: process.env.BEHIND_CLOUDFRONT === 'true',
  };
};
