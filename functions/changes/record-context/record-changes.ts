import { CONTEXT_OPERATIONS } from '../../../core/api/operations.ts';
import { type RecordDeps, recordChange } from '../../../core/changes/deployments/record-change.ts';
import { assessPlan } from '../../../core/changes/risk/assess-plan.ts';
import type { IncidentStore } from '../../../core/incidents/ports.ts';
import { parseInstant } from '../../../core/shared/instant.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { type Record, validated } from './validated.ts';

/** Where the operations on changes read and write. */
export interface ChangeRecords extends Omit<RecordDeps, 'incidents'> {
  readonly incidents: Pick<IncidentStore, 'list'>;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const secondsNow = ({ now }: ChangeRecords): number => Math.floor(now() / 1000);

const record = (records: ChangeRecords): Record =>
  validated(CONTEXT_OPERATIONS.recordChange, async ({ tenantId, name }, { at: given, ...told }) => {
    const at = given === undefined ? undefined : parseInstant(given);
    const change = await recordChange(records, tenantId, { ...told, at }, secondsNow(records));
    const { changeId, targetId, kind, health, plan } = change;
    records.telemetry.info('change recorded', { tenantId, targetId, changeId, kind, health, apiKey: name });
    records.telemetry.count('ChangeRecorded');
    return {
      id: changeId,
      at: new Date(change.at * 1000).toISOString(),
      health,
      ...(plan === undefined ? {} : { assessment: plan.assessment }),
    };
  });

const assess = (records: ChangeRecords): Record =>
  validated(CONTEXT_OPERATIONS.assessChange, async ({ tenantId }, { plan, target }) => {
    const { assessment } = await assessPlan(records, tenantId, plan, target, secondsNow(records));
    records.telemetry.info('change assessed', { tenantId, level: assessment.level, risk: assessment.risk });
    records.telemetry.count('ChangeAssessed');
    return assessment;
  });

/** What carries out the operations on changes. */
export const recordChanges = (records: ChangeRecords) => ({
  recordChange: record(records),
  assessChange: assess(records),
});
