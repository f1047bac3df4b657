import { actorOf } from '../../../core/platform/actor.ts';
import { NotFoundError, ProblemError } from '../../../core/platform/api/errors.ts';
import type { KeyRings } from '../../../core/platform/secrets/ports.ts';
import { REMEDIATION_OPERATIONS } from '../../../core/remediation/api/operations.ts';
import { presentRemediationDetail } from '../../../core/remediation/api/present-remediation.ts';
import { LinkAnswer } from '../../../core/remediation/api/requests.ts';
import {
  checkLink,
  type LinkClaims,
  MAX_LINK_SECONDS,
  signLink,
} from '../../../core/remediation/approval/approval-link.ts';
import { answerQuestion } from '../../../core/remediation/approval/decide.ts';
import { openQuestionOf, refuseOtherQuestion } from '../../../core/remediation/approval/open-question.ts';
import { refuseUnlessPerson } from '../../../core/remediation/approval/who-may-answer.ts';
import { ConflictError } from '../../../core/shared/errors.ts';
import { isoOfSeconds } from '../../../core/shared/time.ts';
import { jsonReply } from '../../runtime/http-reply.ts';
import { bytesOf, type HttpRequest } from '../../runtime/http-request.ts';
import { parseInput } from '../../runtime/parse-input.ts';
import { route } from '../../runtime/route.ts';
import { answeredPage, questionPage } from './approval-page.ts';
import { type DecisionDeps, foundOr404 } from './decision-routes.ts';

export interface LinkDeps extends DecisionDeps {
  readonly approvalRings: KeyRings;
}

const findRun = async ({ store }: LinkDeps, tenantId: string, remediationId: string) => {
  const stored = await store.get(tenantId, remediationId);
  if (stored === undefined) throw new NotFoundError(`There is no remediation ${remediationId}.`);
  return stored.item;
};

const createLink = (deps: LinkDeps) =>
  route(
    REMEDIATION_OPERATIONS.createApprovalLink,
    async ({ caller, params: { remediationId }, receivedAt }) => {
      const { tenantId, name: person } = caller;
      const now = Math.floor(receivedAt / 1000);
      refuseUnlessPerson(actorOf(caller));
      const { until, ...open } = openQuestionOf(await findRun(deps, tenantId, remediationId), now);
      const expiresAt = Math.min(until, now + MAX_LINK_SECONDS);
      const claims = { tenantId, remediationId, ...open, person, expiresAt };
      const link = signLink(await deps.approvalRings.read(), claims, receivedAt);
      deps.telemetry.info('approval link created', { tenantId, remediationId, person });
      return { path: `/v1/approvals/${link}`, expiresAt: isoOfSeconds(expiresAt) };
    },
  );

/** @throws NotFoundError for a link that was never valid, ConflictError for one that has expired */
const claimsOf = async ({ approvalRings }: LinkDeps, link: string, now: number): Promise<LinkClaims> => {
  const first = checkLink(await approvalRings.read(), link, now);
  const checked = first === 'unknown-version' ? checkLink(await approvalRings.readAgain(), link, now) : first;
  if (typeof checked === 'object') return checked;
  if (checked === 'expired') throw new ConflictError('the link has expired: no answer means no');
  throw new NotFoundError('There is no such link.');
};

const wantsJson = ({ headers }: HttpRequest): boolean =>
  /\bapplication\/json\b/.test(headers.accept ?? '') && !/\btext\/html\b/.test(headers.accept ?? '');

const openLink = (deps: LinkDeps) =>
  route(REMEDIATION_OPERATIONS.openApprovalLink, async ({ params, request, receivedAt }) => {
    const claims = await claimsOf(deps, params.link, receivedAt);
    const { tenantId, remediationId, person, planHash } = claims;
    const run = await findRun(deps, tenantId, remediationId);
    refuseOtherQuestion(run, claims);
    const open = openQuestionOf(run, Math.floor(receivedAt / 1000));
    if (open.planHash !== planHash) throw new ConflictError('the link is for another plan');
    const view = presentRemediationDetail(run);
    return wantsJson(request) ? view : questionPage(view, person);
  });

const FORM = /^application\/x-www-form-urlencoded(?:\s*;.*)?$/i;
const MAX_BYTES = 4096;

/** The fields of the form. @throws ProblemError if it is none */
export const formOf = (request: HttpRequest): LinkAnswer => {
  if (!FORM.test(request.headers['content-type'] ?? ''))
    throw new ProblemError('unsupported-content-type', 'send application/x-www-form-urlencoded');
  const bytes = bytesOf(request);
  if (bytes.length > MAX_BYTES) throw new ProblemError('body-too-large', `the limit is ${MAX_BYTES} bytes`);
  return parseInput(LinkAnswer, Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes))));
};

const answerByLink = (deps: LinkDeps) =>
  route(REMEDIATION_OPERATIONS.answerByLink, async ({ params, request, receivedAt }) => {
    const { answer, reason } = formOf(request);
    const { person, expiresAt: _, ...asked } = await claimsOf(deps, params.link, receivedAt);
    const { tenantId, remediationId } = asked;
    const by = { kind: 'person' as const, name: person };
    const given = { ...asked, answer, reason, by };
    const { remediation, isRepeated } = foundOr404(await answerQuestion(deps, given), remediationId);
    if (isRepeated) throw new ConflictError('the link was used: your answer is recorded');
    deps.telemetry.info('plan answered by link', { tenantId, remediationId, answer, by });
    deps.telemetry.count('PlanAnswered');
    const view = presentRemediationDetail(remediation);
    return wantsJson(request) ? jsonReply(200, view) : answeredPage(view);
  });

export const linkRoutes = (deps: LinkDeps) => ({
  createApprovalLink: createLink(deps),
  openApprovalLink: openLink(deps),
  answerByLink: answerByLink(deps),
});
