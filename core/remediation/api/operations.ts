import { type Operations, QUERY } from '../../platform/api/operation.ts';
import { NoParameters } from '../../platform/api/parameters.ts';
import { ActionList } from './actions.ts';
import { AlertmanagerBody, AlertsBody, TakenAlerts } from './alerts.ts';
import { DecisionPage, DecisionPath, DecisionQuery, DecisionsQuery, DecisionView } from './decisions.ts';
import { Autonomy, KillSwitchBody, KillSwitchView, PolicyBody, PolicyView } from './policies.ts';
import { Recommendations, RecommendationsQuery } from './recommendations.ts';
import { RemediationPage, RemediationPath, RemediationsQuery, RemediationView } from './remediations.ts';
import { RemediationReport } from './report.ts';
import {
  ActionRequest,
  AnswerBody,
  ApprovalLink,
  LinkAnswer,
  LinkPath,
  RequestedRemediation,
  UndoBody,
} from './requests.ts';

const READ = { ...QUERY, tag: 'remediation' } as const;

const COMMAND = {
  method: 'post',
  tag: 'remediation',
  servedBy: 'command-remediations',
  quota: 'commandsPerMinute',
  params: NoParameters,
  query: NoParameters,
  idempotency: 'stored-response',
  maxBodyBytes: 4096,
  status: 200,
  problems: ['conflict'],
} as const;

const ANSWER = {
  ...COMMAND,
  needs: 'approve',
  params: RemediationPath,
  body: AnswerBody,
  responses: [RemediationView],
} as const;

const LINK = {
  method: 'post',
  tag: 'remediation',
  servedBy: 'command-remediations',
  path: '/v1/approvals/{link}',
  needs: 'none',
  quota: 'none',
  params: LinkPath,
  query: NoParameters,
  status: 200,
  responses: [RemediationView],
} as const;

const ALERTS = {
  ...COMMAND,
  needs: 'ingest',
  quota: 'changesPerMinute',
  maxBodyBytes: 512 * 1024,
  status: 202,
  responses: [TakenAlerts],
} as const;

export const REMEDIATION_OPERATIONS = {
  listRemediations: {
    ...READ,
    path: '/v1/remediations',
    summary: 'Lists remediations, newest first',
    query: RemediationsQuery,
    responses: [RemediationPage],
  },
  getRemediation: {
    ...READ,
    path: '/v1/remediations/{remediationId}',
    summary:
      'Returns one remediation with everything that an approval covers: parameters, exact change, calls, cost, how to undo it, and what happens without an answer',
    params: RemediationPath,
    responses: [RemediationView],
  },
  listRecommendations: {
    ...READ,
    path: '/v1/recommendations',
    summary:
      'Returns what is recommended against the newest problem of a target, best first, as it was computed and recorded; role, skill and preference change order and words, never plans',
    query: RecommendationsQuery,
    responses: [Recommendations],
  },
  requestRemediation: {
    ...COMMAND,
    path: '/v1/remediations',
    summary:
      'Asks for one action on one resource of the policy; a rehearsal unless `dryRun` is false. The gate judges it like any other, and another person has to approve it',
    needs: 'operate',
    body: ActionRequest,
    status: 202,
    responses: [RequestedRemediation],
  },
  approveRemediation: {
    ...ANSWER,
    path: '/v1/remediations/{remediationId}/approve',
    summary:
      'Approves exactly the plan with this hash, or with `question` undo its undoing; 409 if another plan or question is open, or the question was answered or expired. Only people can',
  },
  rejectRemediation: {
    ...ANSWER,
    path: '/v1/remediations/{remediationId}/reject',
    summary: 'Says no to the plan with this hash, or with `question` undo to its undoing. Only people can',
  },
  undoRemediation: {
    ...COMMAND,
    path: '/v1/remediations/{remediationId}/undo',
    summary:
      'Asks to undo what a remediation did; it begins as soon as enough people approved, and asking approves if the caller is a person who may',
    needs: 'operate',
    params: RemediationPath,
    body: UndoBody,
    status: 202,
    responses: [RemediationView],
  },
  createApprovalLink: {
    ...COMMAND,
    path: '/v1/remediations/{remediationId}/approval-link',
    summary:
      'Returns a link with which the caller, and no one else, answers the open question once, without signing in',
    needs: 'approve',
    params: RemediationPath,
    status: 201,
    responses: [ApprovalLink],
  },
  openApprovalLink: {
    ...LINK,
    method: 'get',
    summary:
      'Shows the plan of a link, as a page or, with `Accept: application/json`, as JSON; changes nothing',
    problems: ['not-found'],
  },
  answerByLink: {
    ...LINK,
    summary:
      'Answers as the person of the link; 409 if the link was used, or the question was answered or expired, so it needs no Idempotency-Key',
    rawBody: { 'application/x-www-form-urlencoded': LinkAnswer },
    maxBodyBytes: 4096,
    problems: ['not-found', 'conflict', 'body-too-large', 'unsupported-content-type', 'forbidden'],
  },
  getRemediationPolicy: {
    ...READ,
    path: '/v1/remediation-policy',
    summary: 'Returns what the owner allows: environments, resources with their actions, and mapped alerts',
    responses: [PolicyView],
  },
  putRemediationPolicy: {
    ...COMMAND,
    method: 'put',
    path: '/v1/remediation-policy',
    summary:
      'Replaces the policy; 409 if `version` is not the stored version, 403 if it allows more than before and the caller is no person with the permission approve',
    needs: 'operate',
    body: PolicyBody,
    maxBodyBytes: 512 * 1024,
    responses: [PolicyView],
  },
  getKillSwitch: {
    ...READ,
    path: '/v1/kill-switch',
    summary: 'Returns whether all actions are stopped',
    responses: [KillSwitchView],
  },
  putKillSwitch: {
    ...COMMAND,
    method: 'put',
    path: '/v1/kill-switch',
    summary:
      'Stops all actions at once, or allows them again, which needs a person with the permission approve',
    needs: 'operate',
    body: KillSwitchBody,
    responses: [KillSwitchView],
  },
  getAutonomy: {
    ...READ,
    path: '/v1/autonomy',
    summary:
      'Returns the stage in force for each environment and action, with its evidence and what is missing to act alone',
    responses: [Autonomy],
  },
  getRemediationReport: {
    ...READ,
    path: '/v1/remediation-report',
    summary:
      'Returns what remediations achieved: predictions acted upon, breaches avoided, time to repair, and the success of each action',
    responses: [RemediationReport],
  },
  listActions: {
    ...READ,
    path: '/v1/actions',
    summary: 'Lists all actions of the catalogue with the schemas of their parameters',
    responses: [ActionList],
  },
  listDecisions: {
    ...READ,
    path: '/v1/decisions',
    summary: 'Lists decisions in the order of their chain, as they were hashed',
    query: DecisionsQuery,
    responses: [DecisionPage],
  },
  getDecision: {
    ...READ,
    path: '/v1/decisions/{sequence}',
    summary: 'Returns one decision with the recorded inputs from which it can be computed again',
    params: DecisionPath,
    query: DecisionQuery,
    responses: [DecisionView],
  },
  receiveAlertmanager: {
    ...ALERTS,
    path: '/v1/alerts/alertmanager',
    summary:
      'Takes the webhook of Prometheus Alertmanager (version 4): each alert is a signal for incidents, and begins a remediation if the policy maps it',
    body: AlertmanagerBody,
  },
  receiveAlerts: {
    ...ALERTS,
    path: '/v1/alerts',
    summary:
      'Takes alerts of any system: each is a signal for incidents, and begins a remediation if the policy maps it',
    body: AlertsBody,
  },
} as const satisfies Operations;
