import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { presentActions } from '../../../core/remediation/api/actions.ts';
import { REMEDIATION_OPERATIONS } from '../../../core/remediation/api/operations.ts';
import {
  presentAutonomy,
  presentKillSwitch,
  presentPolicy,
} from '../../../core/remediation/api/present-policies.ts';
import {
  concerns,
  noRecommendations,
  presentRecommendations,
} from '../../../core/remediation/api/present-recommendations.ts';
import {
  presentRemediation,
  presentRemediationDetail,
} from '../../../core/remediation/api/present-remediation.ts';
import { presentReport } from '../../../core/remediation/api/report.ts';
import { diagnosisHash } from '../../../core/remediation/diagnosis-hash.ts';
import type { RemediationCeiling } from '../../../core/remediation/policy.ts';
import type { DecisionInputs, DecisionStore, RemediationStore } from '../../../core/remediation/ports.ts';
import type { Remediation } from '../../../core/remediation/remediation.ts';
import { allItems } from '../../../core/shared/page.ts';
import { route } from '../../runtime/route.ts';

export interface RemediationSources {
  readonly remediations: Pick<RemediationStore, 'get' | 'list' | 'state'>;
  readonly decisions: DecisionStore;
  readonly decisionInputs: Pick<DecisionInputs, 'get'>;
  /** What the deployment allows at most. */
  readonly ceiling: RemediationCeiling;
}

const listRemediations = ({ remediations }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.listRemediations, async ({ caller, query }) => {
    const { status, environment, target, ...page } = query;
    const found = await filteredPage(
      (part) => remediations.list(caller.tenantId, part),
      (run) =>
        (status === undefined || run.status === status) &&
        (environment === undefined || run.environment === environment) &&
        (target === undefined || concerns(run, target)),
      page,
    );
    return presentPage(found, presentRemediation);
  });

const getRemediation = ({ remediations }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.getRemediation, async ({ caller, params: { remediationId } }) => {
    const stored = await remediations.get(caller.tenantId, remediationId);
    if (stored === undefined) throw new NotFoundError(`There is no remediation ${remediationId}.`);
    return presentRemediationDetail(stored.item);
  });

const [SCANNED_PAGES, PAGE] = [3, 100];

/** The newest remediation that is about the target, among the newest few hundred of the tenant. */
const newestAbout = async (
  { remediations }: RemediationSources,
  tenantId: string,
  target: string,
): Promise<Remediation | undefined> => {
  let cursor: string | undefined;
  for (let pages = 0; pages < SCANNED_PAGES; pages++) {
    const { items, nextCursor } = await remediations.list(tenantId, { limit: PAGE, cursor });
    const found = items.find((run) => concerns(run, target));
    if (found !== undefined || nextCursor === undefined) return found;
    cursor = nextCursor;
  }
  return undefined;
};

const listRecommendations = (sources: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.listRecommendations, async ({ caller: { tenantId }, query }) => {
    const run = await newestAbout(sources, tenantId, query.target);
    if (run === undefined) return noRecommendations(query.target);
    const decisions = await sources.decisions.ofRemediation(tenantId, run.remediationId);
    return presentRecommendations(query, run, decisions);
  });

const getPolicy = ({ remediations }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.getRemediationPolicy, async ({ caller }) =>
    presentPolicy((await remediations.state(caller.tenantId)).policy),
  );

const getKillSwitch = ({ remediations }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.getKillSwitch, async ({ caller }) =>
    presentKillSwitch((await remediations.state(caller.tenantId)).killSwitch.item),
  );

const getAutonomy = ({ remediations, ceiling }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.getAutonomy, async ({ caller, receivedAt }) => {
    const { policy, killSwitch, track } = await remediations.state(caller.tenantId);
    const steering = { policy: policy.item, killSwitch: killSwitch.item, track: track.item };
    return presentAutonomy(steering, ceiling, Math.floor(receivedAt / 1000));
  });

const MAX_REPORTED = 500;

const getReport = ({ remediations }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.getRemediationReport, async ({ caller: { tenantId } }) => {
    const { track } = await remediations.state(tenantId);
    const runs: Remediation[] = [];
    for await (const run of allItems((page) => remediations.list(tenantId, page), PAGE)) {
      if (runs.length >= MAX_REPORTED) break;
      runs.push(run);
    }
    return presentReport(track.item, runs);
  });

const listActions = ({ ceiling }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.listActions, async () => presentActions(ceiling.actions));

const listDecisions = ({ decisions }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.listDecisions, async ({ caller: { tenantId }, query }) => {
    const { after, remediation, ...page } = query;
    const head = await decisions.head(tenantId);
    if (remediation !== undefined) {
      const items = await decisions.ofRemediation(tenantId, remediation);
      return { items: items.filter(({ sequence }) => sequence > (after ?? 0)), head };
    }
    const found = await decisions.list(tenantId, after === undefined ? page : { ...page, after });
    return { ...presentPage(found, (decision) => decision), head };
  });

const getDecision = ({ decisions, decisionInputs }: RemediationSources) =>
  route(REMEDIATION_OPERATIONS.getDecision, async ({ caller: { tenantId }, params: { sequence }, query }) => {
    const { items } = await decisions.list(tenantId, { limit: 1, after: sequence - 1 });
    const [decision] = items;
    if (decision?.sequence !== sequence) throw new NotFoundError(`There is no decision ${sequence}.`);
    const { inputsHash } = decision;
    const inputs = inputsHash === null ? undefined : await decisionInputs.get(tenantId, inputsHash);
    const hash = query.diagnosis === undefined ? undefined : diagnosisHash(inputs);
    const diagnosisInputs = hash === undefined ? undefined : await decisionInputs.get(tenantId, hash);
    return {
      decision,
      ...(inputs === undefined ? {} : { inputs }),
      ...(diagnosisInputs === undefined ? {} : { diagnosisInputs }),
    };
  });

export const remediationQueries = (sources: RemediationSources) => ({
  listRemediations: listRemediations(sources),
  getRemediation: getRemediation(sources),
  listRecommendations: listRecommendations(sources),
  getRemediationPolicy: getPolicy(sources),
  getKillSwitch: getKillSwitch(sources),
  getAutonomy: getAutonomy(sources),
  getRemediationReport: getReport(sources),
  listActions: listActions(sources),
  listDecisions: listDecisions(sources),
  getDecision: getDecision(sources),
});
