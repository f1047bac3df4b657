import { RestartState } from '../../../core/remediation/catalogue/restarts.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import { ConflictError } from '../../../core/shared/errors.ts';
import { type Executor, step } from './executor.ts';
import { callCluster } from './kubernetes-cluster-api.ts';
import type { FindCluster } from './kubernetes-deployments.ts';
import { ownerOfObject, Pod } from './kubernetes-objects.ts';
import { partsOf } from './names.ts';

const pathOf = (resource: string): string => {
  const [, namespace, name] = partsOf(resource);
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
};

/** A pod that is gone, or another one of its name, needs no deletion. */
const unlessGone = async (deletion: () => Promise<unknown>): Promise<void> => {
  try {
    await deletion();
  } catch (error) {
    if (!(error instanceof NotManagedError || error instanceof ConflictError)) throw error;
  }
};

export const podDeletion = (find: FindCluster): Executor => ({
  read: async ({ resource, owner }, session) => {
    const cluster = await find(partsOf(resource)[0], session);
    try {
      const { metadata } = Pod.parse(await callCluster(cluster, { method: 'GET', path: pathOf(resource) }));
      const units = metadata.ownerReferences.some(({ controller }) => controller) ? 1 : 0;
      const isBusy = metadata.deletionTimestamp !== undefined;
      return { owner: ownerOfObject(metadata), state: { generation: metadata.uid, units, isBusy } };
    } catch (error) {
      if (!(error instanceof NotManagedError)) throw error;
      // Its replacement has another name. Nothing can be done to it, whoever asks.
      return { owner, state: { generation: '', units: 0, isBusy: false } };
    }
  },
  steps: ({ resource }, { from }) => {
    const path = pathOf(resource);
    const preconditions = { uid: RestartState.parse(from).generation };
    return [
      step('kubernetes', `DELETE ${path}`, { preconditions }, (session, body) =>
        unlessGone(async () =>
          callCluster(await find(partsOf(resource)[0], session), { method: 'DELETE', path, body }),
        ),
      ),
    ];
  },
  isBegun: (_, { from }, present) => {
    const { generation, isBusy } = RestartState.parse(present);
    return isBusy || generation !== RestartState.parse(from).generation;
  },
});
