import { CHANGES_OPERATIONS } from '../../../core/changes/api/operations.ts';
import { presentChange, presentChangeDetail } from '../../../core/changes/api/present-change.ts';
import { healthNow } from '../../../core/changes/change.ts';
import type { DeploymentStore } from '../../../core/changes/ports.ts';
import { NotFoundError } from '../../../core/platform/api/errors.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { presentPage } from '../../../core/platform/api/paging.ts';
import { route } from '../../runtime/route.ts';

export interface ChangeSources {
  readonly changes: Pick<DeploymentStore, 'get' | 'list'>;
}

const listChanges = ({ changes }: ChangeSources) =>
  route(CHANGES_OPERATIONS.listChanges, async ({ caller, query, receivedAt }) => {
    const { target, kind, health, ...page } = query;
    const now = Math.floor(receivedAt / 1000);
    const found = await filteredPage(
      (part) => changes.list(caller.tenantId, part),
      (change) =>
        (target === undefined || change.targetId === target) &&
        (kind === undefined || change.kind === kind) &&
        (health === undefined || healthNow(change, now) === health),
      page,
    );
    return presentPage(found, (change) => presentChange(change, now));
  });

const getChange = ({ changes }: ChangeSources) =>
  route(CHANGES_OPERATIONS.getChange, async ({ caller, params: { changeId }, receivedAt }) => {
    const stored = await changes.get(caller.tenantId, changeId);
    if (stored === undefined) throw new NotFoundError(`There is no change ${changeId}.`);
    return presentChangeDetail(stored.record, Math.floor(receivedAt / 1000));
  });

export const changeQueries = (sources: ChangeSources) => ({
  listChanges: listChanges(sources),
  getChange: getChange(sources),
});
