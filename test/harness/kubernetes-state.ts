/** Objects of a Kubernetes cluster and what changes them. */
import { isDeepStrictEqual } from 'node:util';

/** The API refuses a request with this status. */
export class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

type Fields = { [field: string]: unknown };

export interface ObjectKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Lists of containers merge by name, other lists are replaced; null removes a field. */
const mergeNamed = (before: unknown, patch: readonly unknown[]): unknown[] => {
  const old = Array.isArray(before) ? before.map(fieldsOf) : [];
  const patches = patch.map(fieldsOf);
  const merged = old.map((each) => {
    const own = patches.find(({ name }) => name === each.name);
    return own === undefined ? each : strategicMerge(each, own);
  });
  return [...merged, ...patches.filter(({ name }) => old.every((each) => each.name !== name))];
};

const strategicMerge = (before: unknown, patch: unknown): unknown => {
  if (!isFields(patch)) return patch;
  const merged: Fields = { ...fieldsOf(before) };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else if (field === 'containers' && Array.isArray(value)) merged[field] = mergeNamed(merged[field], value);
    else merged[field] = strategicMerge(merged[field], value);
  }
  return merged;
};

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, name) => fieldsOf(inner)[name], value);
const withAt = (value: unknown, [name, ...rest]: readonly string[], replaced: unknown): unknown =>
  name === undefined
    ? replaced
    : { ...fieldsOf(value), [name]: withAt(fieldsOf(value)[name], rest, replaced) };

/** RFC 6902: `test` and `replace`. */
const jsonPatch = (before: unknown, operations: unknown): unknown => {
  if (!Array.isArray(operations)) throw new Refused(400, 'a JSON patch is a list');
  return operations.map(fieldsOf).reduce<unknown>((value, { op, path, value: operand }) => {
    const names = String(path).split('/').slice(1);
    if (op === 'replace') return withAt(value, names, operand);
    if (op === 'test' && isDeepStrictEqual(at(value, names), operand)) return value;
    throw new Refused(422, `the server rejected our request: ${op} of ${path} failed`);
  }, before);
};

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** Stored objects are replaced, never changed. Time passes in `settle`. */
export class ClusterState {
  readonly #objects = new Map<string, Fields>();
  #next = 1;

  static #keyOf({ resource, namespace, name }: ObjectKey): string {
    return `${resource}/${namespace}/${name}`;
  }

  #store(key: ObjectKey, object: Fields): Fields {
    const resourceVersion = String(this.#next++);
    const stored = { ...object, metadata: { ...fieldsOf(object.metadata), resourceVersion } };
    this.#objects.set(ClusterState.#keyOf(key), stored);
    return stored;
  }

  clear(): void {
    this.#objects.clear();
  }

  /** Creates an object as the API does: with a uid and the first generation. */
  create(key: ObjectKey, object: Fields): Fields {
    const { name, namespace } = key;
    const metadata = {
      ...{ name, namespace, uid: `uid-${this.#next++}`, generation: 1 },
      ...fieldsOf(object.metadata),
    };
    return this.#store(key, { ...object, metadata });
  }

  get(key: ObjectKey): Fields {
    const found = this.#objects.get(ClusterState.#keyOf(key));
    if (found === undefined) throw new Refused(404, `${key.resource} "${key.name}" not found`);
    return found;
  }

  list(resource: string, namespace: string): readonly Fields[] {
    return [...this.#objects]
      .filter(([key]) => key.startsWith(`${resource}/${namespace}/`))
      .map(([, object]) => object);
  }

  patch(key: ObjectKey, contentType: string, sent: unknown): Fields {
    const before = this.get(key);
    const isMerge = contentType === 'application/strategic-merge-patch+json';
    if (!isMerge && contentType !== 'application/json-patch+json')
      throw new Refused(415, `${contentType} is not supported`);
    const after = fieldsOf(isMerge ? strategicMerge(before, sent) : jsonPatch(before, sent));
    const given = at(sent, ['metadata', 'resourceVersion']);
    if (given !== undefined && given !== at(before, ['metadata', 'resourceVersion']))
      throw new Refused(409, 'the object has been modified');
    if (isDeepStrictEqual(before, after)) return before;
    const generation = Number(at(before, ['metadata', 'generation']));
    const isNewSpec = !isDeepStrictEqual(before.spec, after.spec);
    const metadata = {
      ...fieldsOf(after.metadata),
      generation: isNewSpec ? generation + 1 : generation,
    };
    return this.#store(key, { ...after, metadata });
  }

  /** Graceful: the object goes when time passes. */
  remove(key: ObjectKey, options: unknown): Fields {
    const found = this.get(key);
    const wanted = at(options, ['preconditions', 'uid']);
    if (wanted !== undefined && wanted !== at(found, ['metadata', 'uid']))
      throw new Refused(409, 'the UID in the precondition does not match the UID in record');
    const metadata = { ...fieldsOf(found.metadata), deletionTimestamp: '2026-11-30T00:00:00Z' };
    return this.#store(key, { ...found, metadata });
  }

  /** Controllers and kubelets do their work. */
  settle(): void {
    for (const [key, object] of this.#objects) {
      if (at(object, ['metadata', 'deletionTimestamp']) !== undefined) this.#objects.delete(key);
      const [resource = '', namespace = '', name = ''] = key.split('/');
      if (resource === 'deployments') this.#rollOut({ resource, namespace, name }, object);
    }
  }

  #rollOut(key: ObjectKey, deployment: Fields): void {
    const template = at(deployment, ['spec', 'template']);
    this.#revise(key, deployment, fieldsOf(template));
    const replicas = Number(at(deployment, ['spec', 'replicas']));
    const observedGeneration = at(deployment, ['metadata', 'generation']);
    const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas };
    this.#store(key, {
      ...deployment,
      status: { observedGeneration, ...counts, availableReplicas: replicas },
    });
  }

  /** The ReplicaSet of a template gets the newest revision; a template that was there before gets it again. */
  #revise({ namespace, name }: ObjectKey, deployment: Fields, template: Fields): void {
    const sets = this.list('replicasets', namespace);
    const revision =
      Math.max(0, ...sets.map((set) => Number(at(set, ['metadata', 'annotations', REVISION])))) + 1;
    const hash = `h${revision}`;
    const isOf = (set: Fields): boolean => {
      const own = withAt(at(set, ['spec', 'template']), ['metadata', 'labels', HASH], undefined);
      return isDeepStrictEqual(JSON.parse(JSON.stringify(own)), JSON.parse(JSON.stringify(template)));
    };
    const existing = sets.find(isOf);
    const setName = String(at(existing, ['metadata', 'name']) ?? `${name}-${hash}`);
    const key = { resource: 'replicasets', namespace, name: setName };
    const annotations = { [REVISION]: String(revision) };
    if (existing !== undefined) {
      this.#store(key, { ...existing, metadata: { ...fieldsOf(existing.metadata), annotations } });
      return;
    }
    const uid = at(deployment, ['metadata', 'uid']);
    const ownerReferences = [{ kind: 'Deployment', name, uid, controller: true }];
    const labelled = withAt(template, ['metadata', 'labels', HASH], hash);
    this.create(key, { metadata: { annotations, ownerReferences }, spec: { template: labelled } });
  }
}
