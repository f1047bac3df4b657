import { actorOf } from '../../../core/platform/actor.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import type { Identity } from '../../../core/platform/identity.ts';
import { REMEDIATION_OPERATIONS } from '../../../core/remediation/api/operations.ts';
import { presentRemediationDetail } from '../../../core/remediation/api/present-remediation.ts';
import type { Answered } from '../../../core/remediation/approval/answer-plan.ts';
import { answerQuestion, type DecideDeps, requestUndo } from '../../../core/remediation/approval/decide.ts';
import { findAction } from '../../../core/remediation/catalogue/catalogue.ts';
import type { RemediationPolicy } from '../../../core/remediation/policy.ts';
import type { RemediationStarts } from '../../../core/remediation/ports.ts';
import { contentHash } from '../../../core/shared/content-hash.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { route } from '../../runtime/route.ts';

export interface DecisionDeps extends DecideDeps {
  readonly starts: RemediationStarts;
  readonly telemetry: Telemetry;
}

/** Only people hold the permission; the check of the kind is a second lock. */
export const mayApprove = ({ kind, grants }: Identity): boolean => kind === 'person' && grants.has('approve');

export const foundOr404 = (answered: Answered | 'not-found', remediationId: string): Answered => {
  if (answered !== 'not-found') return answered;
  throw new NotFoundError(`There is no remediation ${remediationId}.`);
};

const answerRoute = (
  deps: DecisionDeps,
  operation: 'approveRemediation' | 'rejectRemediation',
  answer: 'approved' | 'rejected',
) =>
  route(REMEDIATION_OPERATIONS[operation], async ({ caller, params: { remediationId }, body }) => {
    const { tenantId } = caller;
    const by = actorOf(caller);
    const answered = await answerQuestion(deps, { tenantId, remediationId, answer, by, ...body });
    const { remediation, isRepeated } = foundOr404(answered, remediationId);
    deps.telemetry.info('plan answered', { tenantId, remediationId, answer, by, isRepeated });
    deps.telemetry.count('PlanAnswered');
    return presentRemediationDetail(remediation);
  });

const undo = (deps: DecisionDeps) =>
  route(REMEDIATION_OPERATIONS.undoRemediation, async ({ caller, params: { remediationId }, body }) => {
    const { tenantId } = caller;
    const by = actorOf(caller);
    const wish = { tenantId, remediationId, by, approves: mayApprove(caller), ...body };
    const { remediation } = foundOr404(await requestUndo(deps, wish), remediationId);
    deps.telemetry.info('undo requested', { tenantId, remediationId, by });
    return presentRemediationDetail(remediation);
  });

/** @throws InvalidInputError unless the policy allows the action on the resource */
const refuseUnlessAllowed = (policy: RemediationPolicy | undefined, action: string, resource: string) => {
  if (findAction(action) === undefined)
    throw new InvalidInputError(`there is no action ${action}: GET /v1/actions lists them`, {
      field: 'action',
    });
  const managed = policy?.resources.find((each) => each.resource === resource);
  if (managed === undefined)
    throw new InvalidInputError(`the remediation policy has no resource ${resource}`, { field: 'resource' });
  if (!managed.actions.some((each) => each.action === action))
    throw new InvalidInputError(`the remediation policy does not allow ${action} on ${resource}`, {
      field: 'action',
    });
};

const requestAction = (deps: DecisionDeps) =>
  route(REMEDIATION_OPERATIONS.requestRemediation, async ({ caller, body, request, receivedAt }) => {
    const { tenantId } = caller;
    const { action, resource, reason, dryRun } = body;
    const { policy } = await deps.store.state(tenantId);
    refuseUnlessAllowed(policy.item, action, resource);
    const requestedBy = actorOf(caller).name;
    const requestId = contentHash(JSON.stringify([tenantId, request.requestId]));
    const cause = { kind: 'request' as const, requestId, action, resource, reason, requestedBy };
    const beginAt = Math.floor(receivedAt / 1000);
    const id = await deps.starts.request(tenantId, { cause, isDryRun: dryRun, beginAt });
    deps.telemetry.info('action requested', { tenantId, id, action, resource, dryRun, by: actorOf(caller) });
    deps.telemetry.count('ActionRequested');
    return { id, dryRun };
  });

export const decisionRoutes = (deps: DecisionDeps) => ({
  approveRemediation: answerRoute(deps, 'approveRemediation', 'approved'),
  rejectRemediation: answerRoute(deps, 'rejectRemediation', 'rejected'),
  undoRemediation: undo(deps),
  requestRemediation: requestAction(deps),
});
