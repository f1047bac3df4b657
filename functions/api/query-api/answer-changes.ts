import { READ_OPERATIONS } from '../../../core/api/operations.ts';
import { presentChange, presentChangeDetail } from '../../../core/api/present-change.ts';
import { healthNow } from '../../../core/changes/change.ts';
import type { DeploymentStore } from '../../../core/changes/ports.ts';
import { filteredPage } from '../../../core/platform/api/filtered-page.ts';
import { NotFoundError } from '../../runtime/problem-of-error.ts';
import { type Answer, presentPage, validated } from './validated.ts';

/** What the operations on changes read from. */
export interface ChangeSources {
  readonly changes: Pick<DeploymentStore, 'get' | 'list'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const listChanges = ({ changes, now }: ChangeSources): Answer =>
  validated(READ_OPERATIONS.listChanges, async (tenantId, { target, kind, health, ...page }) => {
    const at = Math.floor(now() / 1000);
    const found = await filteredPage(
      (part) => changes.list(tenantId, part),
      (change) =>
        (target === undefined || change.targetId === target) &&
        (kind === undefined || change.kind === kind) &&
        (health === undefined || healthNow(change, at) === health),
      page,
    );
    return presentPage(found, (change) => presentChange(change, at));
  });

const getChange = ({ changes, now }: ChangeSources): Answer =>
  validated(READ_OPERATIONS.getChange, async (tenantId, _, { changeId }) => {
    const stored = await changes.get(tenantId, changeId);
    if (stored === undefined) throw new NotFoundError(`There is no change ${changeId}.`);
    return presentChangeDetail(stored.record, Math.floor(now() / 1000));
  });

/** The answers to read operations on changes. */
export const answerChanges = (sources: ChangeSources) => ({
  listChanges: listChanges(sources),
  getChange: getChange(sources),
});
