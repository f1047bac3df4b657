/** Stored form of an anchor: one object each, named by its time. */
import * as z from 'zod';
import { Anchor } from '../../core/remediation/decision.ts';
import type { StoredFormat } from '../../core/shared/stored-format.ts';
import { isoSecond } from '../aws/dynamodb/item-key.ts';

export const ANCHOR: StoredFormat<Anchor> = {
  kind: 'anchor of a chain of decisions',
  version: 1,
  schema: z.object(Anchor.shape),
};

/** Starts the keys of all anchors of a tenant, which sort by time. */
export const anchorsOf = (tenantId: string): string => `anchors/${tenantId}/`;

export const anchorKey = (tenantId: string, { at }: Anchor): string =>
  `${anchorsOf(tenantId)}${isoSecond(at)}.json`;
