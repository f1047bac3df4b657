import type { STSClient } from '@aws-sdk/client-sts';
import type { Resources } from '../../../core/remediation/ports.ts';
import { actionSessions } from './action-session.ts';
import { type ExecutorDeps, executors } from './executors.ts';
import { makeResources } from './make-resources.ts';

export interface AwsResourcesDeps extends ExecutorDeps {
  readonly sts: STSClient;
  /** ARNs of the roles of actions, up to the name of the action (`lib/remediation/action-roles.ts`). */
  readonly rolePrefix: string;
}

/** The resources behind all actions, each under the roles of its action. */
export const awsResources = (deps: AwsResourcesDeps): Resources => {
  const sessionOf = actionSessions(deps.sts);
  return makeResources({
    executors: executors(deps),
    session: ({ action, owner, remediationId }, purpose) =>
      sessionOf({
        roleArn: `${deps.rolePrefix}${action.id}-${purpose}`,
        ...{ owner, remediationId, changes: purpose === 'change' },
      }),
  });
};
