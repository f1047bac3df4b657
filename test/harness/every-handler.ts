/** The handler of each function behind the API, with stores of which every method throws. */
import type { ApiFunctionName, Operation } from '../../core/platform/api/operation.ts';
import type { Permission, Scope } from '../../core/platform/permissions.ts';
import { makeHandler as makeQueries } from '../../functions/api/query-api/handler.ts';
import { makeHandler as makeChanges } from '../../functions/changes/command-changes/handler.ts';
import { makeHandler as makeWebhooks } from '../../functions/changes/receive-webhook/handler.ts';
import { makeHandler as makeRuns } from '../../functions/forecasts/start-forecast-run/handler.ts';
import { makeHandler as makeIncidents } from '../../functions/incidents/command-incidents/handler.ts';
import { makeHandler as makeIngest } from '../../functions/metrics/receive-metrics/handler.ts';
import { makeHandler as makeKeys } from '../../functions/platform/command-api-keys/handler.ts';
import { makeHandler as makeSettings } from '../../functions/platform/command-settings/handler.ts';
import { makeHandler as makeTokens } from '../../functions/platform/issue-access-token/handler.ts';
import { makeHandler as makeProvisioning } from '../../functions/platform/provision-people/handler.ts';
import { makeHandler as makeRemediations } from '../../functions/remediation/command-remediations/handler.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { keyCaller, personCaller } from '../fixtures/identities.ts';

type Handler = (event: unknown) => Promise<{
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}>;

const MAKERS: Readonly<Record<ApiFunctionName, (deps: never) => Handler>> = {
  'query-api': makeQueries,
  'command-changes': makeChanges,
  'receive-webhook': makeWebhooks,
  'start-forecast-run': makeRuns,
  'command-incidents': makeIncidents,
  'receive-metrics': makeIngest,
  'command-api-keys': makeKeys,
  'issue-access-token': makeTokens,
  'command-settings': makeSettings,
  'provision-people': makeProvisioning,
  'command-remediations': makeRemediations,
};

/** Anything that is called or read: then the request went further than its caller may. */
export class ReachedError extends Error {}

/** A store of which every method throws. */
const untouchable = new Proxy(
  {},
  {
    get: (_, name) => () => {
      throw new ReachedError(String(name));
    },
  },
);

const isScope = (permission: Permission): permission is Scope => permission !== 'approve';

/** Only a person can hold `approve`. */
const callerWith = (permissions: readonly Permission[]) =>
  permissions.every(isScope)
    ? keyCaller('acme', 'ci', permissions)
    : personCaller('acme', 'ada', permissions);

/** The handler for a caller with these permissions, or without a caller. `known` replaces parts that may be reached. */
export const handlerOf = (
  fn: ApiFunctionName,
  permissions: readonly Permission[] | undefined,
  known: Readonly<Record<string, unknown>> = {},
) => {
  const { telemetry, lines } = recordedTelemetry();
  const harmless = {
    authenticate: async () => (permissions === undefined ? undefined : callerWith(permissions)),
    now: () => 0,
    telemetry,
    countAccess: () => {},
    ...known,
  };
  const deps = new Proxy(harmless, { get: (own: object, name) => Reflect.get(own, name) ?? untouchable });
  return { handler: MAKERS[fn](deps as never), lines };
};

/** An address of the operation, with ids that exist nowhere. */
export const pathOf = ({ path }: Operation): string => path.replaceAll(/\{\w+\}/g, 'aaaaaaaaaaaa');
