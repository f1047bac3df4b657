import { type ClusterRule, INTEGRATIONS } from '../action.ts';
import { defineAction, NO_COST, noUndo } from './define-action.ts';
import { isRestarted, NoParameters, RESTART_FADES, RestartState, restart, restartBasis } from './restarts.ts';
import {
  AddParameters,
  addUnits,
  hasUnits,
  RemoveParameters,
  removeUnits,
  UnitState,
  undoUnits,
  unitBasis,
  unitCost,
} from './units.ts';
import { isVersion, rollBack, undoRollBack, VersionState, versionBasis } from './versions.ts';

const TOKEN = [
  { actions: ['secretsmanager:GetSecretValue'], resources: [INTEGRATIONS], tagged: false },
] as const;

/** A cluster is reached over HTTPS with the token of a service account, whose role has these rules. */
const byToken = (...cluster: readonly ClusterRule[]) => ({ read: TOKEN, change: TOKEN, cluster });

const PATCH_DEPLOYMENT = byToken({ apiGroup: 'apps', resource: 'deployments', verbs: ['get', 'patch'] });

const DEPLOYMENT = {
  version: 1,
  resourceKind: 'kubernetes-deployment',
  permissions: PATCH_DEPLOYMENT,
  maxConcurrent: 2,
} as const;
const UNIT = 'replicas';

/** State: spec.replicas and status.readyReplicas; bounds are 0 and 5,000, because a Deployment has none of its own. */
const scaling = {
  ...DEPLOYMENT,
  state: UnitState,
  basis: unitBasis,
  reversibility: 'undo',
  minutes: { act: 5, settle: 10 },
} as const;

export const scaleOutDeployment = defineAction<AddParameters, UnitState>({
  ...scaling,
  id: 'scale-out-deployment',
  title: 'Scale out a Kubernetes Deployment',
  description:
    'Raises the number of replicas by as much as the forecast needs, up to the limit in the policy. A HorizontalPodAutoscaler may lower it again.',
  effect: 'adds-capacity',
  risk: 'low',
  parameters: AddParameters,
  plan: (parameters, state, context) => addUnits(parameters, state, UNIT, context),
  undo: (change, present) => undoUnits(change, present, UNIT),
  isDone: hasUnits,
  cost: unitCost,
});

export const scaleInDeployment = defineAction<RemoveParameters, UnitState>({
  ...scaling,
  id: 'scale-in-deployment',
  title: 'Scale in a Kubernetes Deployment',
  description: 'Lowers the number of replicas, down to the limit in the policy.',
  effect: 'removes-capacity',
  risk: 'medium',
  parameters: RemoveParameters,
  plan: (parameters, state) => removeUnits(parameters, state, UNIT),
  undo: (change, present) => undoUnits(change, present, UNIT),
  isDone: hasUnits,
  cost: () => NO_COST('fewer replicas cost less'),
});

/** State: annotation `kubectl.kubernetes.io/restartedAt` of the pod template (empty if absent), spec.replicas, busy while rolling out. */
export const restartDeployment = defineAction<NoParameters, RestartState>({
  ...DEPLOYMENT,
  id: 'restart-deployment',
  title: 'Restart a Kubernetes Deployment',
  description: 'Replaces all pods by a rolling restart, as `kubectl rollout restart` does.',
  effect: 'restarts',
  risk: 'low',
  reversibility: 'fades',
  parameters: NoParameters,
  state: RestartState,
  basis: restartBasis,
  plan: (_, state, context) => restart(state, context, UNIT),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('pods are replaced, not added'),
  minutes: { act: 15, settle: 10 },
});

/** State: image of the only container (or of the container named like the Deployment), images of its ReplicaSets, spec.replicas, busy while rolling out. */
export const rollBackDeployment = defineAction<NoParameters, VersionState>({
  ...DEPLOYMENT,
  id: 'roll-back-deployment',
  title: 'Roll back a Kubernetes Deployment',
  description:
    'Restores the pod template of the revision whose image the record of the deployment names as the previous one. It does nothing unless the deployed image is still in use.',
  effect: 'restores-version',
  risk: 'medium',
  reversibility: 'undo',
  parameters: NoParameters,
  state: VersionState,
  basis: versionBasis,
  permissions: byToken(
    { apiGroup: 'apps', resource: 'deployments', verbs: ['get', 'patch'] },
    { apiGroup: 'apps', resource: 'replicasets', verbs: ['list'] },
  ),
  plan: (_, state, context) => rollBack(state, context, 'image'),
  undo: (change, present) => undoRollBack(change, present, 'image'),
  isDone: isVersion,
  cost: () => NO_COST('pods are replaced, not added'),
  minutes: { act: 15, settle: 10 },
});

/** State: uid of the pod (empty after it is gone), 1 unit while a controller owns it (else 0), busy while it is being deleted. */
export const recyclePod = defineAction<NoParameters, RestartState>({
  ...DEPLOYMENT,
  id: 'recycle-pod',
  resourceKind: 'kubernetes-pod',
  permissions: byToken({ apiGroup: '', resource: 'pods', verbs: ['get', 'delete'] }),
  title: 'Recycle a Kubernetes pod',
  description:
    'Deletes a pod that a controller owns, which replaces it. Pods without a controller are left alone.',
  effect: 'restarts',
  risk: 'low',
  reversibility: 'fades',
  parameters: NoParameters,
  state: RestartState,
  basis: restartBasis,
  plan: (_, state, context) => restart(state, context, 'pods with a controller'),
  undo: noUndo(RESTART_FADES),
  isDone: isRestarted,
  cost: () => NO_COST('the pod is replaced, not added'),
  minutes: { act: 5, settle: 10 },
});
