import { CONTEXT_OPERATIONS, type ContextOperationId } from '../../../core/api/operations.ts';
import type { SettingsStore } from '../../../core/platform/settings/ports.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { type ChangeRecords, recordChanges } from './record-changes.ts';
import { type IncidentRecords, recordIncidents } from './record-incidents.ts';
import { type Record, validated } from './validated.ts';

/** Where the operations write to. */
export interface Records extends IncidentRecords, ChangeRecords {
  readonly incidents: IncidentRecords['incidents'] & ChangeRecords['incidents'];
  readonly signals: IncidentRecords['signals'];
  readonly settings: Pick<SettingsStore, 'replace'>;
  readonly telemetry: Telemetry;
}

const putSettings = ({ settings, telemetry }: Records): Record =>
  validated(CONTEXT_OPERATIONS.putSettings, async ({ tenantId, name }, body) => {
    const stored = await settings.replace(tenantId, body);
    telemetry.count('SettingsChanged');
    telemetry.info('settings replaced', { tenantId, version: stored.version, apiKey: name });
    return stored;
  });

/** What carries out each operation. Each write names the caller's tenant, never one from the request. */
export const recordOperations = (records: Records): Readonly<{ [Id in ContextOperationId]: Record }> => ({
  ...recordIncidents(records),
  ...recordChanges(records),
  putSettings: putSettings(records),
});
