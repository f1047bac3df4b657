/** Keys of the items of the context metrics: hour blocks and targets. */
import { HOUR_SECONDS } from '../../core/shared/time.ts';
import { type ItemKey, targetPk, tenantKey } from '../aws/dynamodb/item-key.ts';

const isoHour = (hour: number): string => new Date(hour * HOUR_SECONDS * 1000).toISOString().slice(0, 13);

/** Starts the sort keys of all blocks of a target. */
export const BLOCKS = 'B#';
/** Sort key of the block of an hour. */
export const blockSk = (hour: number): string => `${BLOCKS}${isoHour(hour)}`;

export const blockKey = (tenantId: string, targetId: string, hour: number): ItemKey => ({
  pk: targetPk(tenantId, targetId),
  sk: blockSk(hour),
});

/** Hour of a sort key that `blockSk` built; NaN for any other. */
export const hourOfBlock = (sk: string): number =>
  Date.parse(`${sk.slice(BLOCKS.length)}:00:00Z`) / (HOUR_SECONDS * 1000);

/** Tenant and target of a partition key that `targetPk` built; undefined for any other. */
export const ownerOf = (pk: string): { readonly tenantId: string; readonly targetId: string } | undefined => {
  const [, tenantId, targetId] = /^T#([^#]+)#(.+)$/.exec(pk) ?? [];
  return tenantId === undefined || targetId === undefined ? undefined : { tenantId, targetId };
};

/** Starts the sort keys of all targets of a tenant. */
export const TARGETS = 'TARGET#';
export const targetItemKey = (tenantId: string, targetId: string): ItemKey =>
  tenantKey(tenantId, `${TARGETS}${targetId}`);
