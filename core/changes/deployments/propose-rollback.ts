import { HOUR_SECONDS, isoOfSeconds } from '../../shared/time.ts';
import type { ChangeRecord } from '../change.ts';
import { CHANGES_SOURCE, type ChangesEvent } from '../events.ts';

/** A proposal older than this may no longer fit the state of the system. */
const VALID_SECONDS = 4 * HOUR_SECONDS;
const MAX_EVIDENCE = 5;

/** The proposal to roll a change back, as of `now` (epoch seconds). Confidence rises with lower scores and more data. */
export const proposalFor = (
  record: Pick<ChangeRecord, 'targetId' | 'changeId' | 'version' | 'previousVersion' | 'checks'>,
  now: number,
): NonNullable<ChangeRecord['proposal']> => {
  const last = record.checks.findLast(({ health }) => health !== null);
  const harm = last?.health === undefined || last.health === null ? 0 : 1 - last.health / 100;
  return {
    action: 'roll-back-deployment',
    targetId: record.targetId,
    changeId: record.changeId,
    from: record.version ?? null,
    to: record.previousVersion ?? null,
    confidence: Math.round(100 * harm * (last?.confidence ?? 0)) / 100,
    expiresAt: now + VALID_SECONDS,
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
    occurredAt: isoOfSeconds(closedAt),
    plan,
    evidence: evidence.slice(0, MAX_EVIDENCE),
    confidence,
    expiresAt: isoOfSeconds(expiresAt),
  };
  return [{ name: 'RemediationProposed', source: CHANGES_SOURCE, detail }];
};
