import { CHANGES_OPERATIONS } from '../../../core/changes/api/operations.ts';
import { assessPlan } from '../../../core/changes/assessment/assess-plan.ts';
import type { RecordDeps } from '../../../core/changes/deployments/record-change.ts';
import { recordReported } from '../../../core/changes/deployments/record-reported.ts';
import { actorOf } from '../../../core/platform/actor.ts';
import { type CommandDeps, serveCommands } from '../../runtime/idempotency.ts';
import { type RoutesOf, route } from '../../runtime/route.ts';

export interface Deps extends CommandDeps, RecordDeps {}

const record = (deps: Deps) =>
  route(CHANGES_OPERATIONS.recordChange, ({ caller, body, receivedAt }) =>
    recordReported(deps, { tenantId: caller.tenantId, body, receivedAt }, { by: actorOf(caller) }),
  );

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
