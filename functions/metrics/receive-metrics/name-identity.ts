import { IDENTITY_PARAMETER } from '../../../core/metrics/ingestion/formats/otlp-identity.ts';
import type { IngestPointer } from '../../../core/metrics/ingestion/ingest-pointer.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import { settingsOrNone } from '../../../core/platform/settings/settings-or-none.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';

export interface IdentityDeps {
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly telemetry: Telemetry;
}

/**
 * Adds to a pointer at OTLP the attributes that the tenant's settings name as the identity of targets, unless the request
 * names some. The pointer keeps them, so that the payload is stored as it was accepted even if the settings change.
 */
export const nameIdentity = async (
  { settings, telemetry }: IdentityDeps,
  pointer: IngestPointer,
): Promise<IngestPointer> => {
  const { format, query, tenantId } = pointer;
  if (format !== 'otlp' || query[IDENTITY_PARAMETER] !== undefined) return pointer;
  const { identity } = await settingsOrNone(settings, telemetry).get(tenantId);
  if (identity === undefined) return pointer;
  return { ...pointer, query: { ...query, [IDENTITY_PARAMETER]: identity.join(',') } };
};
