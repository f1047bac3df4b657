import type { REMEDIATION_OPERATIONS } from '../../../core/remediation/api/operations.ts';
import type { RemediationStore } from '../../../core/remediation/ports.ts';
import { type CommandDeps, serveCommands } from '../../runtime/idempotency.ts';
import type { RoutesOf } from '../../runtime/route.ts';
import { type AlertRouteDeps, alertRoutes } from './alert-routes.ts';
import { decisionRoutes } from './decision-routes.ts';
import { type LinkDeps, linkRoutes } from './link-routes.ts';
import { type PolicyRouteDeps, policyRoutes } from './policy-routes.ts';

export interface Deps extends CommandDeps, LinkDeps, PolicyRouteDeps, AlertRouteDeps {
  readonly store: Pick<RemediationStore, 'state' | 'get' | 'commit'>;
  readonly starts: LinkDeps['starts'];
  readonly now: CommandDeps['now'];
  readonly telemetry: CommandDeps['telemetry'];
}

export const remediationRoutes = (
  deps: Deps,
): RoutesOf<typeof REMEDIATION_OPERATIONS, 'command-remediations'> => ({
  ...decisionRoutes(deps),
  ...linkRoutes(deps),
  ...policyRoutes(deps),
  ...alertRoutes(deps),
});

/** Takes what people decide about remediations, what owners allow, and the alerts of other systems. */
export const makeHandler = (deps: Deps) => serveCommands(remediationRoutes(deps), deps);
