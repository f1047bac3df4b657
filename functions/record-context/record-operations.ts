import type * as z from 'zod';
import { CONTEXT_OPERATIONS, type ContextOperationId } from '../../core/api/operations.ts';
import type { SettingsStore } from '../../core/ports/settings-storage.ts';
import type { Telemetry } from '../../core/ports/telemetry.ts';
import type { Caller } from '../shared/authenticate.ts';
import { parseRequest } from '../shared/parse-request.ts';

/** Where the operations write to. */
export interface Records {
  readonly settings: Pick<SettingsStore, 'replace'>;
  readonly telemetry: Telemetry;
}

/** Carries out one operation, from path parameters and body as they arrived; returns the answer's body. */
export type Record = (caller: Caller, params: unknown, body: unknown) => Promise<object>;

/** Ties an operation's schemas to what carries it out. */
const validated =
  <Params extends z.ZodObject, Body extends z.ZodType>(
    schemas: { readonly params: Params; readonly body: Body },
    record: (caller: Caller, body: z.infer<Body>, params: z.infer<Params>) => Promise<object>,
  ): Record =>
  (caller, params, body) =>
    record(caller, parseRequest(schemas.body, body), parseRequest(schemas.params, params));

const putSettings = ({ settings, telemetry }: Records): Record =>
  validated(CONTEXT_OPERATIONS.putSettings, async ({ tenantId, name }, body) => {
    const stored = await settings.replace(tenantId, body);
    telemetry.count('SettingsChanged');
    telemetry.info('settings replaced', { tenantId, version: stored.version, apiKey: name });
    return stored;
  });

/** What carries out each operation. Each write names the caller's tenant, never one from the request. */
export const recordOperations = (records: Records): Readonly<{ [Id in ContextOperationId]: Record }> => ({
  putSettings: putSettings(records),
});
