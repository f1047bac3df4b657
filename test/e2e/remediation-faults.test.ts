/**
 * Each call of a function by the deployed workflow `remediate` fails before it, after it, goes on after its state gave up,
 * or is made twice: the resource is changed once and changed back once, everything is decided and recorded once, and the
 * run ends as it does undisturbed.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { makeDocumentClient, makeS3Client } from '../../adapters/aws/clients.ts';
import { stepFunctionsStarter } from '../../adapters/aws/workflow-starter.ts';
import { dynamoRemediationStore } from '../../adapters/remediation/remediation-store.ts';
import { stageRecord } from '../../adapters/remediation/stage-record.ts';
import { TENANT_HEADER } from '../../core/platform/access/person-identity.ts';
import { readEvidence } from '../../core/remediation/audit/read-record.ts';
import { verifyChain } from '../../core/remediation/audit/verify-chain.ts';
import { workflowStarts } from '../../core/remediation/runs/workflow-starts.ts';
import { requireOutput } from '../../local/deploy.ts';
import { recordedTelemetry } from '../fakes/shared.ts';
import { decidedChanges, RECORDED_ACTIONS, readActions } from '../iam/decided-changes.ts';
import {
  COURSES,
  disturb,
  disturbedCalls,
  disturbNothing,
  makeRun,
  policyOf,
  type Run,
  TENANTS,
  UNDISTURBED,
} from './disturbed-runs.ts';
import { type Ask, asker } from './isolation/tenants.ts';
import { signIn } from './people.ts';
import { useSession } from './pipeline-client.ts';

const session = inject('session');
useSession(session);
const WITHIN_MS = 240_000;

const sfn = new SFNClient();
const { telemetry } = recordedTelemetry();
const tableName = requireOutput(session.outputs, 'RemediationsTableName');
const store = dynamoRemediationStore({ client: makeDocumentClient(), tableName, now: Date.now, telemetry });
const record = stageRecord({
  ...{ tables: makeDocumentClient(), objects: makeS3Client(), tableName, telemetry },
  bucketName: requireOutput(session.outputs, 'DecisionBucketName'),
});

let runs: readonly Run[];
let people: Readonly<Record<string, Ask>>;
let stateMachineArn: string;

const answered = async (answer: ReturnType<Ask>) => {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return JSON.parse(text);
};

const allowRuns = async (tenant: string): Promise<void> => {
  const ask = people[tenant]!;
  const { version } = await answered(ask('get', '/v1/remediation-policy'));
  const policy = policyOf(runs.filter(({ tenantId }) => tenantId === tenant));
  await answered(ask('put', '/v1/remediation-policy', { version, policy }));
};

/** One after another, as their functions start. */
const start = async (): Promise<void> => {
  const starts = workflowStarts(stepFunctionsStarter({ client: sfn, stateMachineArn }));
  for (const { tenantId, cause } of runs) {
    await starts.request(tenantId, { cause, isDryRun: false, beginAt: Math.floor(Date.now() / 1000) });
    await sleep(500);
  }
};

const stored = async ({ tenantId, remediationId }: Run) => (await store.get(tenantId, remediationId))?.item;

/** A person approves what is asked, and takes back what was done; true once the run has ended. */
const answer = async (run: Run): Promise<boolean> => {
  const { status, planHash, approval, undoRequest } = (await stored(run)) ?? {};
  const isAsked = status === 'awaiting-approval' && approval?.approvals.length === 0;
  const isDone = status === 'unproven' && undoRequest === null;
  const path = `/v1/remediations/${run.remediationId}/${isAsked ? 'approve' : 'undo'}`;
  if (isAsked || isDone) await people[run.tenantId]!('post', path, { planHash, reason: 'in a test' });
  return status === run.ends;
};

/** On a busy machine, a request of the test may be too late; the next look repeats it. */
const lead = async (run: Run): Promise<void> => {
  for (const end = Date.now() + WITHIN_MS; Date.now() < end; await sleep(1000))
    if (await answer(run).catch(() => false)) return;
};

const executionsOf = async ({ tenantId, remediationId }: Run) => {
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
  return executions.filter(({ name = '' }) => name.startsWith(`${tenantId}-${remediationId}`));
};

/** The status of a remediation is stored shortly before its execution ends. */
const ended = (run: Run) =>
  expect
    .poll(async () => (await executionsOf(run)).map(({ status }) => status), { timeout: 20_000 })
    .not.toContain('RUNNING');

beforeAll(async () => {
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  stateMachineArn = stateMachines.find(({ name = '' }) => /Remediate/.test(name))?.stateMachineArn ?? '';
  runs = await Promise.all([...UNDISTURBED, ...COURSES].map(makeRun));
  const groups = TENANTS.map((tenant) => `${tenant}.approver`);
  const { AccessToken } = await signIn(session, 'e2e-faults-approver', groups);
  const inTenant = (tenant: string) => asker(session, AccessToken, { [TENANT_HEADER]: tenant });
  people = Object.fromEntries(TENANTS.map((tenant) => [tenant, inTenant(tenant)]));
  for (const tenant of TENANTS) await allowRuns(tenant);
  disturb(runs);
  await Promise.all([start(), ...runs.map(lead)]);
});
afterAll(disturbNothing);

/** What is left of a run: its effects, its decisions, what it reserved and learned, and how its executions ended. */
const leftBy = async (run: Run) => {
  const { tenantId, remediationId, environment } = run;
  const decisions = await record.decisions.ofRemediation(tenantId, remediationId);
  const { entries } = (await store.ledger(tenantId, environment)).item;
  const { outcomes } = (await store.state(tenantId)).track.item;
  return {
    status: (await stored(run))?.status,
    deployments: await run.deployments(),
    decisions: decisions.map(({ kind }) => kind),
    reserved: entries.map(({ kind, result }) => `${kind} ${result}`),
    learned: outcomes.filter((each) => each.remediationId === remediationId).length,
    executions: (await executionsOf(run)).map(({ status }) => status),
  };
};

const ACTED = ['plan-chosen', 'approval-asked', 'approved', 'action-allowed', 'action-begun'];
const UNDONE = ['approval-asked', 'approved', 'undo-begun', 'undo-done', 'closed'];

/** The configuration was deployed once before. */
const EXPECTED = {
  undone: {
    ...{ status: 'undone', deployments: 3, learned: 1, executions: ['SUCCEEDED', 'SUCCEEDED'] },
    decisions: [...ACTED, 'action-done', 'verified', 'closed', ...UNDONE],
    reserved: ['action unproven', 'undo unproven'],
  },
  escalated: {
    ...{ status: 'escalated', deployments: 2, learned: 1, executions: ['FAILED'] },
    decisions: [...ACTED, 'escalated'],
    reserved: ['action failed'],
  },
} as const;

it.each([...UNDISTURBED, ...COURSES])('$name: one effect, one record, one end', async ({ name }) => {
  const run = runs.find((each) => each.name === name) ?? expect.fail();
  await ended(run);
  expect(disturbedCalls(run)).toEqual(run.disturbances.map(({ state, kind }) => `${state} ${kind}`));
  expect(await leftBy(run)).toEqual(EXPECTED[run.ends]);
});

it.each(TENANTS)('the chain of decisions of %s is whole', async (tenant) => {
  const verified = verifyChain({ ...(await readEvidence(record, tenant)), keptSince: 0 });
  expect(verified).toMatchObject({ faults: [] });
  expect(verified.decisions).toBeGreaterThan(40);
});

it('every change follows the one decision to make it', () => {
  const ids = runs.map(({ remediationId }) => remediationId);
  const recorded = readActions(readFileSync(RECORDED_ACTIONS, 'utf8'));
  const own = recorded.filter(
    (each) => 'decision' in each || ids.some((id) => each.call.session.startsWith(id)),
  );
  const { changes, faults } = decidedChanges(own);
  expect(faults).toEqual([]);
  // A version and its deployment for the action, and for undoing it.
  const least = runs.map(({ ends }) => (ends === 'undone' ? 4 : 2)).reduce((sum, each) => sum + each, 0);
  expect(changes).toBeGreaterThanOrEqual(least);
});
