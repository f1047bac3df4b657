/** The handlers of the API over one memory of remediations, called by people and keys. */
import type { Identity } from '../../../../core/platform/identity.ts';
import { permissionsOf, type Scope } from '../../../../core/platform/permissions.ts';
import { EMPTY_CHAIN } from '../../../../core/remediation/decision.ts';
import type { RemediationPolicy } from '../../../../core/remediation/policy.ts';
import type { StartRequest } from '../../../../core/remediation/ports.ts';
import type { Remediation } from '../../../../core/remediation/remediation.ts';
import {
  makeHandler as makeQueries,
  type Deps as QueryDeps,
} from '../../../../functions/api/query-api/handler.ts';
import {
  type Deps as CommandDeps,
  makeHandler as makeCommands,
} from '../../../../functions/remediation/command-remediations/handler.ts';
import { POLICY_RULES } from '../../../../functions/remediation/command-remediations/policy-rules.ts';
import { memoryQuotas, memoryResponses } from '../../../fakes/platform.ts';
import {
  memoryDecisionInputs,
  memoryDecisionStore,
  memoryRemediationStore,
  memoryStandingAlerts,
  remediationMemory,
} from '../../../fakes/remediation.ts';
import { memoryEvents, recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';
import { keyCaller, personCaller } from '../../../fixtures/identities.ts';
import { NOW } from '../stored-samples.ts';

export const CEILING = {
  ...{
    maxStage: 'automatic' as const,
    actions: ['scale-out-group'],
    maxUnitsPerRun: 5,
    maxActionsPerHour: 10,
  },
};

/** Callers by the word that follows `Bearer`. */
const CALLERS: Readonly<Record<string, Identity>> = {
  ada: personCaller('acme', 'ada'),
  bob: personCaller('acme', 'bob'),
  operator: personCaller('acme', 'oda', permissionsOf('operator')),
  key: keyCaller('acme', 'ada'),
  /** No token allows that: the functions refuse it all the same. */
  token: { ...personCaller('acme', 'ada'), kind: 'token' },
  sensor: keyCaller('acme', 'sensor', ['ingest'] satisfies Scope[]),
  theirs: personCaller('globex', 'eve'),
};

const ring = { current: { id: 'v1', key: 'k'.repeat(64), createdAt: 0 } };

export const remediationApi = async (runs: readonly Remediation[] = [], policy?: RemediationPolicy) => {
  const memory = remediationMemory();
  const store = memoryRemediationStore(memory);
  for (const [index, item] of runs.entries()) {
    const { head } = await store.state('acme');
    await store.commit({
      ...{ tenantId: 'acme', head: index === 0 ? EMPTY_CHAIN : head, decisions: [] },
      remediation: { item, revision: 0 },
    });
  }
  if (policy)
    await store.commit({
      ...{ tenantId: 'acme', head: EMPTY_CHAIN, decisions: [], policy: { item: policy, revision: 0 } },
    });
  const clock = { seconds: NOW + 60 };
  const started: StartRequest[] = [];
  const undone: string[] = [];
  const answered: string[] = [];
  const sent: object[] = [];
  const { events, published } = memoryEvents();
  const inputs = memoryDecisionInputs();
  const shared = {
    authenticate: async ({ authorization = '' }: { authorization?: string }) =>
      CALLERS[authorization.replace('Bearer ', '')],
    ...{ quotas: memoryQuotas(), now: () => clock.seconds * 1000, ...recordedTelemetry() },
  };
  const commands: Partial<CommandDeps> = {
    ...{ store, standing: memoryStandingAlerts(), rules: POLICY_RULES, responses: memoryResponses() },
    workflows: {
      answer: async (_, answer) => {
        answered.push(answer);
        return 'sent';
      },
    },
    starts: {
      request: async (_, request) => {
        started.push(request);
        return `r-${started.length}`;
      },
      undo: async (_, id) => {
        undone.push(id);
      },
    },
    events,
    signals: { send: async (signal) => void sent.push(signal) },
    approvalRings: { read: async () => ring, readAgain: async () => ring },
  };
  const queries: Partial<QueryDeps> = {
    ...{ remediations: store, decisions: memoryDecisionStore(memory), decisionInputs: inputs },
    ceiling: CEILING,
  };
  const command = makeCommands({ ...shared, ...commands } as CommandDeps);
  const query = makeQueries({ ...shared, ...queries } as QueryDeps);
  let requests = 0;
  const raw = async (
    who: string,
    method: string,
    path: string,
    { body = '', headers = {} }: { body?: string; headers?: Record<string, string> } = {},
  ) => {
    const [address = '', search = ''] = path.split('?');
    const event = httpEvent(method, address, {
      ...{ body, query: search, headers: { authorization: `Bearer ${who}`, ...headers } },
    });
    event.requestContext.requestId = `request-${++requests}=`;
    const isRead = method === 'GET' && !address.startsWith('/v1/approvals/');
    return isRead ? query(event) : command(event);
  };
  const send = async (who: string, method: string, path: string, body?: unknown) => {
    const answer = await raw(who, method, path, body === undefined ? {} : { body: JSON.stringify(body) });
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };
  return { ...{ store, memory, clock, started, undone, answered, published, sent, inputs, send, raw } };
};
