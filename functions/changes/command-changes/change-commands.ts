import { CHANGE_WRITE_OPERATIONS } from '../../../core/api/change-operations.ts';
import { assessPlan } from '../../../core/changes/assessment/assess-plan.ts';
import { type RecordDeps, recordChange } from '../../../core/changes/deployments/record-change.ts';
import type { IncidentStore } from '../../../core/incidents/ports.ts';
import { parseInstant } from '../../../core/shared/instant.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { type Command, validated } from '../../runtime/command.ts';

/** Where the operations on changes read and write. */
export interface ChangeCommandDeps extends Omit<RecordDeps, 'incidents'> {
  readonly incidents: Pick<IncidentStore, 'list'>;
  readonly telemetry: Telemetry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const secondsNow = ({ now }: ChangeCommandDeps): number => Math.floor(now() / 1000);

const record = (deps: ChangeCommandDeps): Command =>
  validated(CHANGE_WRITE_OPERATIONS.recordChange, async ({ tenantId, name }, { at: given, ...told }) => {
    const at = given === undefined ? undefined : parseInstant(given);
    const change = await recordChange(deps, tenantId, { ...told, at }, secondsNow(deps));
    const { changeId, targetId, kind, health, plan } = change;
    deps.telemetry.info('change recorded', { tenantId, targetId, changeId, kind, health, apiKey: name });
    deps.telemetry.count('ChangeRecorded');
    return {
      id: changeId,
      at: new Date(change.at * 1000).toISOString(),
      health,
      ...(plan === undefined ? {} : { assessment: plan.assessment }),
    };
  });

const assess = (deps: ChangeCommandDeps): Command =>
  validated(CHANGE_WRITE_OPERATIONS.assessChange, async ({ tenantId }, { plan, target }) => {
    const { assessment } = await assessPlan(deps, tenantId, plan, target, secondsNow(deps));
    deps.telemetry.info('change assessed', { tenantId, level: assessment.level, risk: assessment.risk });
    deps.telemetry.count('ChangeAssessed');
    return assessment;
  });

/** What carries out the operations on changes. */
export const changeCommands = (deps: ChangeCommandDeps) => ({
  recordChange: record(deps),
  assessChange: assess(deps),
});
