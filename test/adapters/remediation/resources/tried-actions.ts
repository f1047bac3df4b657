/** The cases of all actions, and the resources that they are tried with. */
import { expect } from 'vitest';
import type { ActionSession } from '../../../../adapters/remediation/resources/action-session.ts';
import { executors } from '../../../../adapters/remediation/resources/executors.ts';
import { makeResources } from '../../../../adapters/remediation/resources/make-resources.ts';
import type { Change } from '../../../../core/remediation/action.ts';
import { findAction } from '../../../../core/remediation/catalogue/catalogue.ts';
import type { PreviewedCall, ResourceCall } from '../../../../core/remediation/ports.ts';
import { Json } from '../../../../core/shared/canonical-json.ts';
import { type ActionCase, ENVIRONMENT, ID, TENANT } from './clients.ts';
import { COMPUTE_CASES } from './compute-cases.ts';
import { RUN_CASES } from './run-cases.ts';
import { STORE_CASES } from './store-cases.ts';

export const ROLE = 'arn:aws:iam::123456789012:role/forestall';
const session = (purpose: string): ActionSession => ({
  roleArn: `${ROLE}-${purpose}`,
  settings: {
    credentials: async () => {
      throw new TypeError('the clients are mocked');
    },
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1, requestTimeout: 1, throwOnRequestTimeout: true },
  },
});
const unused = async (): Promise<never> => {
  throw new TypeError('not used here');
};
export const made = executors({
  place: { region: 'eu-west-1', account: '123456789012' },
  findCluster: unused,
  webhook: { target: () => undefined, ownTenant: TENANT, hasBegun: unused, now: () => 0 },
  now: () => 1_790_000_000_000,
});
export const [reader, changer] = [session('read'), session('change')];
export const resources = makeResources({
  executors: made,
  session: (_, purpose) => (purpose === 'read' ? reader : changer),
});

const actionOf = (id: string) => findAction(id) ?? expect.fail(`no action ${id}`);
export const callOf = ({ action, resource, parameters }: ActionCase): ResourceCall => ({
  ...{ action: actionOf(action), resource, parameters: Json.parse(parameters) },
  ...{ owner: { tenantId: TENANT, environment: ENVIRONMENT }, remediationId: ID },
});
export const planOf = (each: ActionCase): Change<Json> => {
  const context = { remediationId: ID, at: 1_790_000_000, deployment: each.deployment ?? null };
  const call = callOf(each);
  const planned = call.action.plan(call.parameters, Json.parse(each.state), context);
  return 'notApplicable' in planned ? expect.fail(planned.notApplicable) : planned;
};

export const ALL_CASES: readonly ActionCase[] = [...COMPUTE_CASES, ...STORE_CASES, ...RUN_CASES];

export const previewOf = (each: ActionCase): readonly PreviewedCall[] =>
  resources.preview(callOf(each), planOf(each));
