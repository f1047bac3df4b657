import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { NoParameters } from '../../platform/api/parameters.ts';
import { AssessmentBody, RiskAssessment } from './assessment.ts';
import { ChangeBody, ChangeDetail, ChangePage, ChangePath, ChangesQuery, RecordedChange } from './changes.ts';

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
