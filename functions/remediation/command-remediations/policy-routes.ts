import { actorOf } from '../../../core/platform/actor.ts';
import { REMEDIATION_OPERATIONS } from '../../../core/remediation/api/operations.ts';
import { presentKillSwitch, presentPolicy } from '../../../core/remediation/api/present-policies.ts';
import { type PolicyDeps, replacePolicy } from '../../../core/remediation/policies/replace-policy.ts';
import { setKillSwitch } from '../../../core/remediation/policies/set-kill-switch.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { route } from '../../runtime/route.ts';
import { mayApprove } from './decision-routes.ts';

export interface PolicyRouteDeps extends PolicyDeps {
  readonly telemetry: Telemetry;
}

const putPolicy = (deps: PolicyRouteDeps) =>
  route(REMEDIATION_OPERATIONS.putRemediationPolicy, async ({ caller, body }) => {
    const { tenantId } = caller;
    const by = actorOf(caller);
    const stored = await replacePolicy(deps, { tenantId, by, mayLoosen: mayApprove(caller), ...body });
    deps.telemetry.info('remediation policy replaced', { tenantId, version: stored.revision, by });
    deps.telemetry.count('RemediationPolicyChanged');
    return presentPolicy(stored);
  });

const putKillSwitch = (deps: PolicyRouteDeps) =>
  route(REMEDIATION_OPERATIONS.putKillSwitch, async ({ caller, body: { on: isOn, reason } }) => {
    const { tenantId } = caller;
    const by = actorOf(caller);
    const stored = await setKillSwitch(deps, { tenantId, isOn, reason, by, mayLoosen: mayApprove(caller) });
    deps.telemetry.info('kill switch set', { tenantId, isOn: stored.isOn, by });
    deps.telemetry.count('KillSwitchSet');
    return presentKillSwitch(stored);
  });

export const policyRoutes = (deps: PolicyRouteDeps) => ({
  putRemediationPolicy: putPolicy(deps),
  putKillSwitch: putKillSwitch(deps),
});
