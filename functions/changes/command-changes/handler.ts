import { CHANGES_OPERATIONS } from '../../../core/changes/api/operations.ts';
import { presentRecordedChange } from '../../../core/changes/api/present-change.ts';
import { assessPlan } from '../../../core/changes/assessment/assess-plan.ts';
import { type RecordDeps, recordChange } from '../../../core/changes/deployments/record-change.ts';
import { secondsOf } from '../../../core/platform/api/instants.ts';
import { type CommandDeps, serveCommands } from '../../runtime/idempotency.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';

export interface Deps extends CommandDeps, RecordDeps {}

const record = (deps: Deps) =>
  route(CHANGES_OPERATIONS.recordChange, async ({ caller: { tenantId, name }, body, receivedAt }) => {
    const change = { ...body, at: secondsOf(body.at) };
    const recorded = await recordChange(deps, tenantId, change, Math.floor(receivedAt / 1000));
    const { changeId, targetId, kind, health } = recorded;
    deps.telemetry.info('change recorded', { tenantId, targetId, changeId, kind, health, apiKey: name });
    deps.telemetry.count('ChangeRecorded');
    return presentRecordedChange(recorded);
  });

const assess = (deps: Deps) =>
  route(CHANGES_OPERATIONS.assessChange, async ({ caller: { tenantId }, body, receivedAt }) => {
    const now = Math.floor(receivedAt / 1000);
    const { assessment } = await assessPlan(deps, tenantId, body.plan, body.target, now);
    deps.telemetry.info('change assessed', { tenantId, level: assessment.level, risk: assessment.risk });
    deps.telemetry.count('ChangeAssessed');
    return assessment;
  });

export const changeRoutes = (deps: Deps): RoutesOf<typeof CHANGES_OPERATIONS, 'command-changes'> => ({
  recordChange: record(deps),
  assessChange: assess(deps),
});

/** Records changes, starts the watch of a deployment, and assesses planned changes. */
export const makeHandler = (deps: Deps) => serveCommands(changeRoutes(deps), deps);
