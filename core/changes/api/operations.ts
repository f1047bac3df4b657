import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { NoParameters } from '../../platform/api/parameters.ts';
import { AssessmentBody, RiskAssessment } from './assessment.ts';
import { ChangeBody, ChangeDetail, ChangePage, ChangePath, ChangesQuery, RecordedChange } from './changes.ts';
import { SigningKeys, WebhookHeaders, WebhookPath } from './webhooks.ts';

const COMMAND = {
  method: 'post',
  tag: 'changes',
  servedBy: 'command-changes',
  params: NoParameters,
  query: NoParameters,
} as const;

export const CHANGES_OPERATIONS = {
  listChanges: {
    ...QUERY,
    tag: 'changes',
    path: '/v1/changes',
    summary: 'Lists deployments and other changes, newest first',
    query: ChangesQuery,
    responses: [ChangePage],
  },
  getChange: {
    ...QUERY,
    tag: 'changes',
    path: '/v1/changes/{changeId}',
    summary: 'Returns one change with the risk of its plan and the health of its target since then',
    params: ChangePath,
    responses: [ChangeDetail],
  },
  recordChange: {
    ...COMMAND,
    path: '/v1/changes',
    summary:
      'Records a deployment or another change as evidence for incidents near it, and watches deployments; 409 if the id belongs to another change',
    needs: 'ingest',
    quota: 'changesPerMinute',
    idempotency: 'stored-response',
    body: ChangeBody,
    status: 202,
    responses: [RecordedChange],
    problems: ['conflict'],
  },
  receiveChange: {
    ...COMMAND,
    servedBy: 'receive-webhook',
    path: '/v1/webhooks/{tenantId}/changes',
    summary:
      'Records a change as `POST /v1/changes` does, for senders that sign webhooks instead of holding an API key; a repeated webhook id has no further effect, so it needs no Idempotency-Key',
    needs: 'none',
    quota: 'none',
    params: WebhookPath,
    headers: WebhookHeaders,
    body: ChangeBody,
    status: 202,
    responses: [RecordedChange],
    problems: [
      'invalid-signature',
      'conflict',
      'request-in-progress',
      'idempotency-key-reused',
      'quota-exceeded',
    ],
  },
  getSigningKeys: {
    ...QUERY,
    tag: 'changes',
    servedBy: 'receive-webhook',
    path: '/v1/webhooks/signing-keys',
    summary: 'Returns the secrets with which senders of webhooks sign, first the one to use now',
    needs: 'administer',
    responses: [SigningKeys],
  },
  assessChange: {
    ...COMMAND,
    path: '/v1/changes/assess',
    summary: 'Assesses the risk of a planned change; records nothing and needs no Idempotency-Key',
    needs: 'read',
    quota: 'commandsPerMinute',
    body: AssessmentBody,
    status: 200,
    responses: [RiskAssessment],
  },
} as const satisfies Operations;
