import type { Decision } from '../../core/remediation/decision.ts';
import type { DecisionStore } from '../../core/remediation/ports.ts';
import { encodeCursor } from '../../core/shared/cursor.ts';
import { allItems } from '../../core/shared/page.ts';
import { readListed, type SkipTelemetry } from '../../core/shared/stored-format.ts';
import { batchGet } from '../aws/dynamodb/batch-get.ts';
import type { ItemKey } from '../aws/dynamodb/item-key.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { listUnder } from '../aws/dynamodb/tenant-queries.ts';
import { defaultPace, type Pace } from '../aws/paced-retry.ts';
import { readHead } from './chain-head.ts';
import { readDecisionEntry, readDecisionItem } from './decision-item.ts';
import { DECISIONS, decisionKey, decisionsOf, sequenceText } from './item-keys.ts';

export interface DecisionStoreOptions extends DynamoTable {
  /** Counts and logs decisions that cannot be read: the verification of the chain misses them. */
  readonly telemetry: SkipTelemetry;
  readonly pace?: Pace;
}

const ENTRIES_PER_PAGE = 100;

const list: (options: DecisionStoreOptions) => DecisionStore['list'] =
  (options) =>
  async (tenantId, { after, limit, cursor }) => {
    const scope = `decisions:${tenantId}`;
    const start = after === undefined ? undefined : encodeCursor(scope, [sequenceText(after)]);
    const { items, nextCursor } = await listUnder(options, tenantId, {
      ...{ scope, prefix: DECISIONS, page: { limit, cursor: cursor ?? start }, order: 'by key' },
      doing: 'listing decisions',
    });
    return { items: readListed(items, readDecisionItem, options.telemetry), nextCursor };
  };

const ofRemediation = async (
  options: DecisionStoreOptions,
  tenantId: string,
  remediationId: string,
): Promise<readonly Decision[]> => {
  const pages = (page: { readonly limit: number; readonly cursor?: string | undefined }) =>
    listUnder(options, tenantId, {
      ...{ scope: `decisions:${tenantId}:${remediationId}`, prefix: decisionsOf(remediationId), page },
      ...{ order: 'by key', doing: 'listing the decisions about a remediation' },
    });
  const keys: ItemKey[] = [];
  for await (const item of allItems(pages, ENTRIES_PER_PAGE))
    keys.push(decisionKey(tenantId, readDecisionEntry(item)));
  const items = await batchGet(options, keys, options.pace ?? defaultPace);
  return (
    readListed(items, readDecisionItem, options.telemetry)
      // An id may start like another one, with a `#` after it.
      .filter((decision) => decision.remediationId === remediationId)
      .toSorted((a, b) => a.sequence - b.sequence)
  );
};

/** Decisions that steps of remediations appended. */
export const dynamoDecisionStore = (options: DecisionStoreOptions): DecisionStore => ({
  list: list(options),
  ofRemediation: (tenantId, remediationId) => ofRemediation(options, tenantId, remediationId),
  head: (tenantId) => readHead(options, tenantId),
});
