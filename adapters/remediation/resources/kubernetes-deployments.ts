import { RestartState } from '../../../core/remediation/catalogue/restarts.ts';
import { UnitState } from '../../../core/remediation/catalogue/units.ts';
import { VersionState } from '../../../core/remediation/catalogue/versions.ts';
import { NotManagedError } from '../../../core/remediation/errors.ts';
import type { ResourceCall } from '../../../core/remediation/ports.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import type { ActionSession } from './action-session.ts';
import type { Executor, Step } from './executor.ts';
import { type Cluster, type ClusterRequest, callCluster } from './kubernetes-cluster-api.ts';
import {
  Deployment,
  isRollingOut,
  ownerOfObject,
  RawReplicaSets,
  ReplicaSets,
  type Template,
} from './kubernetes-objects.ts';
import { partsOf } from './names.ts';

/** The cluster of this name, with the token that the role of the session may read. @throws NotManagedError if there is none */
export type FindCluster = (name: string, session: ActionSession) => Promise<Cluster>;

/** A Deployment has no bounds of its own. */
const MAX_REPLICAS = 5_000;
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const STRATEGIC = 'application/strategic-merge-patch+json';

const placeOf = (resource: string) => {
  const [cluster, namespace, name] = partsOf(resource);
  return { cluster, namespace, name };
};

const pathOf = (resource: string): string => {
  const { namespace, name } = placeOf(resource);
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
};

const deploymentOf = async (find: FindCluster, resource: string, session: ActionSession) => {
  const cluster = await find(placeOf(resource).cluster, session);
  const deployment = Deployment.parse(await callCluster(cluster, { method: 'GET', path: pathOf(resource) }));
  return { cluster, deployment };
};

/** A request as a step: a dry run shows its method and path. */
const requestStep = (find: FindCluster, { resource }: ResourceCall, sent: ClusterRequest): Step => ({
  service: 'kubernetes',
  operation: `${sent.method} ${sent.path}`,
  input: sent.body ?? {},
  send: async (session) => callCluster(await find(placeOf(resource).cluster, session), sent),
});

const patch = (find: FindCluster, call: ResourceCall, body: Json): Step =>
  requestStep(find, call, { method: 'PATCH', path: pathOf(call.resource), body, contentType: STRATEGIC });

export const deploymentReplicas = (find: FindCluster): Executor => ({
  read: async ({ resource }, session) => {
    const { deployment } = await deploymentOf(find, resource, session);
    const { metadata, spec, status } = deployment;
    const state = { desired: spec.replicas, min: 0, max: MAX_REPLICAS, inService: status.readyReplicas };
    return { owner: ownerOfObject(metadata), state };
  },
  steps: (call, { to }) => [patch(find, call, { spec: { replicas: UnitState.parse(to).desired } })],
  isBegun: (_, { to }, present) => UnitState.parse(present).desired === UnitState.parse(to).desired,
});

export const deploymentRestart = (find: FindCluster): Executor => ({
  read: async ({ resource }, session) => {
    const { deployment } = await deploymentOf(find, resource, session);
    const { metadata, spec } = deployment;
    const generation = spec.template.metadata.annotations[RESTARTED_AT] ?? '';
    const state = { generation, units: spec.replicas, isBusy: isRollingOut(deployment) };
    return { owner: ownerOfObject(metadata), state };
  },
  steps: (call, { to }) => {
    const annotations = { [RESTARTED_AT]: RestartState.parse(to).generation };
    return [patch(find, call, { spec: { template: { metadata: { annotations } } } })];
  },
  isBegun: (_, { from }, present) =>
    RestartState.parse(present).generation !== RestartState.parse(from).generation,
});

/** Of the only container, or of the one that is named like the Deployment. */
const imageOf = (name: string, { spec: { containers } }: Template): string => {
  const named = containers.length === 1 ? containers[0] : containers.find((each) => each.name === name);
  if (named !== undefined) return named.image;
  throw new NotManagedError(
    `Deployment ${name} has ${containers.length} containers: name one like it, so that its image counts as the version`,
  );
};

const listReplicaSets = (cluster: Cluster, resource: string): Promise<unknown> =>
  callCluster(cluster, {
    method: 'GET',
    path: `/apis/apps/v1/namespaces/${placeOf(resource).namespace}/replicasets`,
  });

const REVISION = 'deployment.kubernetes.io/revision';
const POD_TEMPLATE_HASH = 'pod-template-hash';

interface Owned {
  readonly metadata: Deployment['metadata'];
}
const isOwnedBy =
  (uid: string) =>
  ({ metadata }: Owned): boolean =>
    metadata.ownerReferences.some((owner) => owner.controller && owner.uid === uid);
const newestFirst = (a: Owned, b: Owned): number =>
  Number(b.metadata.annotations[REVISION] ?? 0) - Number(a.metadata.annotations[REVISION] ?? 0);

/** The template of the newest revision with an image, without the label that the controller adds. */
const templateWith = (image: string, deployment: Deployment, replicaSets: unknown): Json => {
  const { items: raw } = RawReplicaSets.parse(replicaSets);
  const { items } = ReplicaSets.parse(replicaSets);
  const { name, uid } = deployment.metadata;
  const found = items
    .filter(isOwnedBy(uid))
    .toSorted(newestFirst)
    .find(({ spec }) => imageOf(name, spec.template) === image);
  const template = raw.find(({ metadata }) => metadata.uid === found?.metadata.uid)?.spec.template;
  if (found === undefined || template === undefined)
    throw new NotManagedError(`Deployment ${name} has no revision with the image ${image}`);
  const { [POD_TEMPLATE_HASH]: _, ...labels } = found.spec.template.metadata.labels;
  const { annotations } = found.spec.template.metadata;
  return { ...template, metadata: { labels, annotations } };
};

/** Replaces the whole template, and only if the Deployment is still the one that was read: a patch would merge the two. */
const rollBack = async (
  find: FindCluster,
  { resource }: ResourceCall,
  image: string,
  session: ActionSession,
) => {
  const cluster = await find(placeOf(resource).cluster, session);
  const path = pathOf(resource);
  const read = await callCluster(cluster, { method: 'GET', path });
  const deployment = Deployment.parse(read);
  const template = templateWith(image, deployment, await listReplicaSets(cluster, resource));
  const body = [
    { op: 'test', path: '/metadata/uid', value: deployment.metadata.uid },
    { op: 'test', path: '/metadata/generation', value: deployment.metadata.generation },
    { op: 'replace', path: '/spec/template', value: template },
  ];
  return callCluster(cluster, { method: 'PATCH', path, body, contentType: 'application/json-patch+json' });
};

export const deploymentVersion = (find: FindCluster): Executor => ({
  read: async ({ resource }, session) => {
    const { cluster, deployment } = await deploymentOf(find, resource, session);
    const { metadata, spec } = deployment;
    const { items } = ReplicaSets.parse(await listReplicaSets(cluster, resource));
    const own = items.filter(isOwnedBy(metadata.uid)).toSorted(newestFirst);
    const images = own.map((each) => imageOf(metadata.name, each.spec.template));
    const state = {
      version: imageOf(metadata.name, spec.template),
      available: [...new Set(images)],
      units: spec.replicas,
      isBusy: isRollingOut(deployment),
    };
    return { owner: ownerOfObject(metadata), state };
  },
  steps: (call, { to }) => {
    const { version } = VersionState.parse(to);
    return [
      {
        service: 'kubernetes',
        operation: `PATCH ${pathOf(call.resource)}`,
        input: { 'replace spec.template by that of the newest revision with the image': version },
        send: (session) => rollBack(find, call, version, session),
      },
    ];
  },
  isBegun: (_, { to }, present) => VersionState.parse(present).version === VersionState.parse(to).version,
});
