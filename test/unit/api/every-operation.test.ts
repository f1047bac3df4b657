/** Each operation, called through the handler of its function by callers without the permission that it needs. */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../core/api/operations.ts';
import type { ApiFunctionName, Operation } from '../../../core/platform/api/operation.ts';
import { SCOPES } from '../../../core/platform/permissions.ts';
import { makeHandler as makeQueries } from '../../../functions/api/query-api/handler.ts';
import { makeHandler as makeChanges } from '../../../functions/changes/command-changes/handler.ts';
import { makeHandler as makeWebhooks } from '../../../functions/changes/receive-webhook/handler.ts';
import { makeHandler as makeRuns } from '../../../functions/forecasts/start-forecast-run/handler.ts';
import { makeHandler as makeIncidents } from '../../../functions/incidents/command-incidents/handler.ts';
import { makeHandler as makeIngest } from '../../../functions/metrics/receive-metrics/handler.ts';
import { makeHandler as makeKeys } from '../../../functions/platform/command-api-keys/handler.ts';
import { makeHandler as makeSettings } from '../../../functions/platform/command-settings/handler.ts';
import { makeHandler as makeTokens } from '../../../functions/platform/issue-access-token/handler.ts';
import { makeHandler as makeProvisioning } from '../../../functions/platform/provision-people/handler.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';
import { httpEvent } from '../../fixtures/http-events.ts';
import { keyCaller } from '../../fixtures/identities.ts';

type Handler = (event: unknown) => Promise<{ readonly statusCode: number; readonly body: string }>;

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
};

/** Anything that is called or read: then the request went further than its caller may. */
class ReachedError extends Error {}

/** A store of which every method throws. */
const untouchable = new Proxy(
  {},
  {
    get: (_, name) => () => {
      throw new ReachedError(String(name));
    },
  },
);

const handlerOf = (fn: ApiFunctionName, scopes: readonly (typeof SCOPES)[number][] | undefined) => {
  const { telemetry, lines } = recordedTelemetry();
  const known = {
    authenticate: async () => (scopes === undefined ? undefined : keyCaller('acme', 'ci', scopes)),
    now: () => 0,
    telemetry,
    countAccess: () => {},
  };
  const deps = new Proxy(known, { get: (own, name) => Reflect.get(own, name) ?? untouchable });
  return { handler: MAKERS[fn](deps as never), lines };
};

const pathOf = ({ path }: Operation): string => path.replaceAll(/\{\w+\}/g, 'aaaaaaaaaaaa');
const all: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
const closed = all.filter(([, { needs }]) => needs !== 'none');

describe.each(closed)('%s', (_, operation) => {
  const { method, needs, servedBy, dialect } = operation;
  /** SCIM has no codes: its errors have the status alone. */
  const codeOf = (code: string) => (dialect === 'scim' ? undefined : code);
  const call = async (scopes: readonly (typeof SCOPES)[number][] | undefined) => {
    const { handler, lines } = handlerOf(servedBy, scopes);
    const { statusCode, body } = await handler(
      httpEvent(method.toUpperCase(), pathOf(operation), { body: '{' }),
    );
    const reached = lines.some(({ cause }) => cause instanceof ReachedError);
    return { status: statusCode, code: JSON.parse(body).code, reached };
  };

  it('answers 401 without a caller, before anything is read', async () => {
    expect(await call(undefined)).toEqual({ status: 401, code: codeOf('unauthorized'), reached: false });
  });

  it(`answers 403 to a caller without ${needs}, before anything is read`, async () => {
    const others = SCOPES.filter((scope) => scope !== needs);
    const refused = { status: 403, code: codeOf('forbidden'), reached: false };
    expect(await call(others)).toEqual(refused);
    expect(await call([])).toEqual(refused);
  });

  it(`goes on with ${needs} alone`, async () => {
    const { status } = await call(SCOPES.filter((scope) => scope === needs));
    expect([401, 403]).not.toContain(status);
  });
});
