/** Stored forms of a decision, its entry in the list of its remediation, and the end of the chain. */
import * as z from 'zod';
import { type ChainHead, Decision } from '../../core/remediation/decision.ts';
import { STORED_DECISION_SECONDS } from '../../core/remediation/retention.ts';
import { type StoredFormat, schemaVersionOf } from '../../core/shared/stored-format.ts';
import { readItem } from '../aws/dynamodb/stored-item.ts';
import type { Item } from '../aws/dynamodb/table.ts';
import { packed } from '../aws/dynamodb/versioned-item.ts';
import { deflated } from '../aws/json-attributes.ts';
import { decisionKey, decisionOfKey, headKey } from './item-keys.ts';

const DecisionItem = z.object({ data: deflated(Decision) });
const DECISION: StoredFormat<z.infer<typeof DecisionItem>> = {
  kind: 'decision',
  version: 1,
  schema: DecisionItem,
};

const EntryItem = z.object({ sequence: z.number().int().positive() });
const ENTRY: StoredFormat<z.infer<typeof EntryItem>> = {
  kind: 'entry of a decision',
  version: 1,
  schema: EntryItem,
};

const HeadItem = z.object({ v: z.number().int().nonnegative(), headHash: z.string().length(64) });
const HEAD: StoredFormat<z.infer<typeof HeadItem>> = {
  kind: 'end of a chain of decisions',
  version: 1,
  schema: HeadItem,
};

const expiryOf = ({ at }: Decision) => ({ expiresAt: at + STORED_DECISION_SECONDS });

/** A decision, and its entry in the list of its remediation if it is about one. */
export const decisionItems = (decision: Decision): readonly Item[] => {
  const { tenantId, sequence, remediationId } = decision;
  const own: Item = {
    ...decisionKey(tenantId, sequence),
    ...schemaVersionOf(DECISION),
    // Shown in the console without unpacking the rest.
    decided: decision.kind,
    data: packed(DECISION.kind, Decision, decision),
    ...expiryOf(decision),
  };
  if (remediationId === null) return [own];
  const key = decisionOfKey(tenantId, remediationId, sequence);
  return [own, { ...key, ...schemaVersionOf(ENTRY), sequence, ...expiryOf(decision) }];
};

/** @throws UnreadableItemError */
export const readDecisionItem = (item: Item): Decision => readItem(DECISION, item).data;

/** Sequence number of the decision of an entry. @throws UnreadableItemError */
export const readDecisionEntry = (item: Item): number => readItem(ENTRY, item).sequence;

export const headItem = (tenantId: string, { sequence, hash }: ChainHead): Item => ({
  ...headKey(tenantId),
  ...schemaVersionOf(HEAD),
  ...{ v: sequence, headHash: hash },
});

/** @throws UnreadableItemError */
export const readHeadItem = (item: Item): ChainHead => {
  const { v, headHash } = readItem(HEAD, item);
  return { sequence: v, hash: headHash };
};
