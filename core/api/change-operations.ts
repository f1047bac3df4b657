import type { Operation } from '../platform/api/operation.ts';
import { ChangeDetail, ChangePage, RecordedChange, RiskAssessment } from './change-answers.ts';
import { AssessmentBody, ChangeBody, ChangePath, ChangesQuery } from './change-requests.ts';
import { NoParameters } from './requests.ts';

const reading = { method: 'get', status: 200 } as const;

/** Operations on changes that `query-api` answers, by id. */
export const CHANGE_READ_OPERATIONS = {
  listChanges: {
    ...reading,
    path: '/v1/changes',
    summary: 'Deployments and other changes, newest first',
    params: NoParameters,
    query: ChangesQuery,
    answers: [ChangePage],
  },
  getChange: {
    ...reading,
    path: '/v1/changes/{changeId}',
    summary: 'One change with the risk of its plan and the health of its target since',
    params: ChangePath,
    query: NoParameters,
    answers: [ChangeDetail],
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Operations on changes that `command-changes` answers, by id. */
export const CHANGE_WRITE_OPERATIONS = {
  recordChange: {
    method: 'post',
    path: '/v1/changes',
    summary:
      'Tells of a deployment or another change: evidence in incidents near it; deployments are watched. 409 where the id stands for another change',
    params: NoParameters,
    query: NoParameters,
    body: ChangeBody,
    status: 202,
    answers: [RecordedChange],
  },
  assessChange: {
    method: 'post',
    path: '/v1/changes/assess',
    summary: 'Risk of a planned change; records nothing',
    params: NoParameters,
    query: NoParameters,
    body: AssessmentBody,
    status: 200,
    answers: [RiskAssessment],
  },
} as const satisfies Readonly<Record<string, Operation>>;
