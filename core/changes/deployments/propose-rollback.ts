import { HOUR_SECONDS } from '../../shared/time.ts';
import type { ChangeRecord } from '../change.ts';
import { CHANGES_SOURCE, type ChangesEvent } from '../events.ts';

const iso = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

/** After that the world has moved on, and the deployment with it. */
const GOOD_FOR_SECONDS = 4 * HOUR_SECONDS;
const MOST_EVIDENCE = 5;

/** The proposal to take a change back, as of `now` (epoch seconds). Surer the lower the score and the more data behind it. */
export const proposalFor = (record: ChangeRecord, now: number): NonNullable<ChangeRecord['proposal']> => {
  const last = record.checks.findLast(({ health }) => health !== null);
  const harm = last?.health === undefined || last.health === null ? 0 : 1 - last.health / 100;
  return {
    action: 'roll-back-deployment',
    targetId: record.targetId,
    changeId: record.changeId,
    from: record.version ?? null,
    to: record.previousVersion ?? null,
    confidence: Math.round(100 * harm * (last?.sureness ?? 0)) / 100,
    expiresAt: now + GOOD_FOR_SECONDS,
  };
};

/** The event that announces a closed record's proposal; the same record always gives the same event. */
export const announceProposal = (record: ChangeRecord): ChangesEvent[] => {
  const { tenantId, changeId, proposal, closedAt, checks } = record;
  if (proposal === undefined || closedAt === undefined) return [];
  const { confidence, expiresAt, ...plan } = proposal;
  const evidence = checks.findLast(({ health }) => health !== null)?.parts.map(({ text }) => text) ?? [];
  const detail = {
    id: `RemediationProposed/${tenantId}/${changeId}`,
    tenantId,
    occurredAt: iso(closedAt),
    plan,
    evidence: evidence.slice(0, MOST_EVIDENCE),
    confidence,
    expiresAt: iso(expiresAt),
  };
  return [{ name: 'RemediationProposed', source: CHANGES_SOURCE, detail }];
};
