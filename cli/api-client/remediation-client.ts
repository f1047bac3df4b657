import type { Question, RemediationStatus } from '../../core/remediation/remediation.ts';
import { ApiReader, withJson } from './api-reader.ts';
import {
  type ActionAnswer,
  ActionsAnswer,
  AutonomyAnswer,
  KillSwitchAnswer,
  PolicyAnswer,
  RecommendationsAnswer,
  RemediationAnswer,
  RemediationSummaryAnswer,
  RequestedAnswer,
} from './remediation-answers.ts';
import type { ListOptions } from './requests.ts';

export interface RemediationQuery extends ListOptions {
  readonly status?: RemediationStatus | undefined;
  readonly target?: string | undefined;
  readonly environment?: string | undefined;
}

export interface ReaderQuery {
  readonly role?: string | undefined;
  readonly skill?: string | undefined;
  readonly preference?: string | undefined;
}

/** What a person says about a plan. */
export interface PlanAnswer {
  readonly planHash: string;
  /** Undefined for a wish to undo, which answers nothing. */
  readonly question?: Question | undefined;
  readonly reason: string;
}

export interface ActionRequest {
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  readonly dryRun: boolean;
}

const pathOf = (id: string): string => `/v1/remediations/${encodeURIComponent(id)}`;

/** The part of the HTTP API about remediations. */
export class RemediationClient extends ApiReader {
  /** Newest first. */
  remediations({
    most,
    ...query
  }: RemediationQuery = {}): AsyncGenerator<RemediationSummaryAnswer, void, void> {
    return this.list(RemediationSummaryAnswer, '/v1/remediations', { ...query }, most);
  }

  remediation(id: string): Promise<RemediationAnswer> {
    return this.read(RemediationAnswer, { method: 'GET', path: pathOf(id) });
  }

  /** Rejected with 409 if the plan is another one, or the question was answered or expired. */
  answer(id: string, verb: 'approve' | 'reject' | 'undo', answer: PlanAnswer): Promise<RemediationAnswer> {
    return this.read(RemediationAnswer, withJson('POST', `${pathOf(id)}/${verb}`, answer));
  }

  /** Asks for an action; once per idempotency key. */
  request(request: ActionRequest, idempotencyKey: string): Promise<RequestedAnswer> {
    const { headers, ...post } = withJson('POST', '/v1/remediations', request);
    return this.read(RequestedAnswer, {
      ...post,
      headers: { ...headers, 'idempotency-key': idempotencyKey },
    });
  }

  recommendations(target: string, reader: ReaderQuery): Promise<RecommendationsAnswer> {
    const query = { target, ...reader };
    return this.read(RecommendationsAnswer, { method: 'GET', path: '/v1/recommendations', query });
  }

  policy(): Promise<PolicyAnswer> {
    return this.read(PolicyAnswer, { method: 'GET', path: '/v1/remediation-policy' });
  }

  /** Rejected with 409 if `version` is not the stored one, and with 403 if the caller must not loosen it. */
  replacePolicy(version: number, policy: unknown): Promise<PolicyAnswer> {
    return this.read(PolicyAnswer, withJson('PUT', '/v1/remediation-policy', { version, policy }));
  }

  killSwitch(): Promise<KillSwitchAnswer> {
    return this.read(KillSwitchAnswer, { method: 'GET', path: '/v1/kill-switch' });
  }

  setKillSwitch(on: boolean, reason: string): Promise<KillSwitchAnswer> {
    return this.read(KillSwitchAnswer, withJson('PUT', '/v1/kill-switch', { on, reason }));
  }

  autonomy(): Promise<AutonomyAnswer> {
    return this.read(AutonomyAnswer, { method: 'GET', path: '/v1/autonomy' });
  }

  async actions(): Promise<readonly ActionAnswer[]> {
    return (await this.read(ActionsAnswer, { method: 'GET', path: '/v1/actions' })).items;
  }
}
