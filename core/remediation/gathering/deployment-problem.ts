import type { ChangeRecord } from '../../changes/change.ts';
import { type MetricAspect, meaningOf } from '../../metrics/meaning/metric-meaning.ts';
import type { Target } from '../../metrics/targets/target.ts';
import type { Cause } from '../cause.ts';
import { problemConfidence } from '../choosing/problem-confidence.ts';
import type { Found, Moment, Sources } from './sources.ts';

type DeploymentCause = Extract<Cause, { kind: 'unhealthy-deployment' }>;

/** Aspects of metrics that tell whether a service is healthy, the most direct first. */
const TELLING: readonly MetricAspect[] = ['error-share', 'latency', 'cpu', 'memory'];
const MAX_EVIDENCE = 8;

/** The metric of a target that tells most about its health; null if none does. */
export const tellingMetric = (target: Pick<Target, 'metrics'> | undefined): string | null => {
  const metrics = Object.entries(target?.metrics ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const found = TELLING.map((aspect) =>
    metrics.find(([name, { unit }]) => meaningOf(name, unit).aspect === aspect),
  );
  return found.find((each) => each !== undefined)?.[0] ?? null;
};

const evidenceOf = ({ checks, changeId, targetId }: ChangeRecord): string[] => [
  `the deployment ${changeId} of ${targetId} is unhealthy`,
  ...(checks.findLast(({ health }) => health !== null)?.parts.map(({ text }) => text) ?? []),
];

const whyNot = (record: ChangeRecord | undefined, changeId: string, now: number): string | undefined => {
  if (record === undefined) return `The change ${changeId} does not exist.`;
  if (record.health !== 'unhealthy') return `The deployment ${changeId} is ${record.health}.`;
  if (record.supersededBy !== undefined) return `The deployment ${changeId} was followed by another.`;
  if (record.proposal === undefined) return `Nothing was proposed for the deployment ${changeId}.`;
  return record.proposal.expiresAt <= now ? `The proposal about ${changeId} has expired.` : undefined;
};

/** An unhealthy deployment, with the versions in its record. */
export const deploymentProblem = async (
  sources: Sources,
  { tenantId, now }: Moment,
  { changeId }: DeploymentCause,
): Promise<Found> => {
  const record = (await sources.changes.get(tenantId, changeId))?.record;
  const reason = whyNot(record, changeId, now);
  if (reason !== undefined || record?.proposal === undefined)
    return { absent: reason ?? 'Nothing was proposed.' };
  const { targetId, proposal } = record;
  const metric = tellingMetric(await sources.registry.get(tenantId, targetId));
  const type = sources.alertTypeOf({
    ...{ cause: 'unhealthy-deployment', metric: null, direction: null, isSilent: false },
    ...{ isGradual: false, hasChange: true, alarm: null },
  });
  return {
    problem: {
      ...{ alertType: type.id, targetIds: [targetId], metric, threshold: null, impactAt: null },
      confidence: problemConfidence('unhealthy-deployment', proposal.confidence),
      evidence: evidenceOf(record).slice(0, MAX_EVIDENCE),
    },
    since: record.at,
    deployment: { deployed: proposal.from, previous: proposal.to },
    resource: null,
  };
};
