/** Where requests carry ids besides their paths: query parameters and bodies. */
import { OPERATIONS } from '../../../core/api/operations.ts';
import type { Operation } from '../../../core/platform/api/operation.ts';

type Id = keyof typeof OPERATIONS;
export const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
export const withIds = operations.filter(([, { path }]) => path.includes('{'));

/** Ids of the other tenant, or ids that nobody has. */
export interface Ids {
  readonly target: string;
  readonly person: string;
  readonly userName: string;
  readonly remediation: string;
}

/** Parameters that name something which another tenant may have. */
const NAMING: Readonly<Record<string, (ids: Ids, operation: string) => readonly string[]>> = {
  target: ({ target }) => [target],
  search: ({ target }) => [target],
  remediation: ({ remediation }) => [remediation],
  filter: ({ userName, person }, operation) =>
    operation === 'listScimUsers'
      ? [`userName eq "${userName}"`, `id eq "${person}"`]
      : [`members eq "${person}"`],
};
/** All other parameters. */
const NAMELESS = new Set([
  ...['limit', 'cursor', 'from', 'to', 'metric', 'kind', 'active', 'status', 'severity', 'health', 'profile'],
  ...['minProbability', 'capacity', 'uptime', 'identity', 'state'],
  // The name of an environment, of a reader and of a preference; a place in a list; a part of a decision.
  ...['environment', 'role', 'skill', 'preference', 'after', 'diagnosis'],
  ...['attributes', 'excludedAttributes', 'sortBy', 'sortOrder', 'startIndex', 'count'],
]);

const parameters = operations.flatMap(([id, { query }]) =>
  Object.keys(query.shape).map((name) => [id, name] as const),
);

/** Parameters that are neither known to name something nor known not to. */
export const unknownParameters = parameters.filter(([, name]) => !(name in NAMING) && !NAMELESS.has(name));

/** Queries of each operation that reads, with a parameter that names something. */
export const namingQueries = parameters.flatMap(([id, name]) => {
  const { method, path } = (OPERATIONS as Readonly<Record<string, Operation>>)[id]!;
  const namingOf = NAMING[name];
  if (namingOf === undefined || method !== 'get') return [];
  return namingOf({ target: 't', person: 'p', userName: 'u', remediation: 'r' }, id).map((_, at) => ({
    name: `${id} ${name} ${at + 1}`,
    pathOf: (ids: Ids) => `${path}?${name}=${encodeURIComponent(namingOf(ids, id)[at] ?? '')}`,
  }));
});

interface NamingBody {
  /** Replaces that of the operation: a group of our own. */
  readonly path?: string;
  readonly contentType?: string;
  /** A second command adds to the effect of the first, so that their answers differ. */
  readonly accumulates?: boolean;
  readonly bodyOf: (ids: Ids) => unknown;
}

const POINT = { metric: 'cpu_percent', timestamp: Math.floor(Date.now() / 300_000) * 300, value: 99 };
const PLAN = [
  ...['Stack a', 'Resources', '[+] AWS::Lambda::Function F F1234', ''],
  '✨  Number of stacks with differences: 1',
].join('\n');
const OWN_GROUP = '/v1/scim/v2/Groups/operator';
const members = ({ person }: Ids) => [{ value: person }];

/** Bodies of commands that name something which another tenant may have. */
const NAMING_BODIES: Readonly<Partial<Record<Id, NamingBody>>> = {
  'ingest-json': { bodyOf: ({ target }) => ({ points: [{ ...POINT, target }] }) },
  'ingest-csv': {
    contentType: 'text/csv',
    bodyOf: ({ target }) => `timestamp,target,metric,value\n${POINT.timestamp},${target},cpu_percent,99\n`,
  },
  recordChange: { bodyOf: ({ target }) => ({ target, summary: 'ours', kind: 'configuration' }) },
  assessChange: { bodyOf: ({ target }) => ({ target, plan: { format: 'cdk-diff', content: PLAN } }) },
  putSettings: {
    bodyOf: ({ target }) => ({ version: 0, thresholds: [{ target, metric: 'cpu_percent', above: 1 }] }),
  },
  receiveAlerts: {
    bodyOf: ({ target }) => ({ alerts: [{ name: 'ours', status: 'firing', target }] }),
  },
  receiveAlertmanager: {
    bodyOf: ({ target }) => ({
      version: '4',
      alerts: [
        {
          ...{ status: 'firing', labels: { alertname: 'ours', instance: target } },
          ...{ startsAt: '2026-11-21T10:00:00Z', endsAt: '0001-01-01T00:00:00Z' },
        },
      ],
    }),
  },
  putTopology: { bodyOf: ({ target }) => ({ edges: [{ caller: target, callee: 'ours' }] }) },
  recordTraces: {
    accumulates: true,
    bodyOf: ({ target }) => ({
      Services: [
        { ReferenceId: 1, Name: target, Edges: [{ ReferenceId: 2 }] },
        { ReferenceId: 2, Name: 'ours' },
      ],
    }),
  },
  createScimUser: { bodyOf: ({ userName }) => ({ userName }) },
  createScimGroup: { bodyOf: (ids) => ({ displayName: 'forestall-approver', members: members(ids) }) },
  replaceScimGroup: {
    path: OWN_GROUP,
    bodyOf: (ids) => ({ displayName: 'forestall-operator', members: members(ids) }),
  },
  patchScimGroup: {
    path: OWN_GROUP,
    bodyOf: (ids) => ({ Operations: [{ op: 'add', path: 'members', value: members(ids) }] }),
  },
};
/** Bodies that name nothing, or whose operation `withIds` walks by its path. OTLP is decoded into the same points. */
const NAMELESS_BODIES: readonly string[] = [
  ...['createAccessToken', 'createApiKey', 'ingest-otlp', 'exportMetrics', 'exportMetricsBelowIngest'],
  ...['rotateApiKey', 'replaceScimUser', 'patchScimUser', 'transitionIncident', 'receiveChange'],
  'replaceWebhookSecrets',
  ...['approveRemediation', 'rejectRemediation', 'undoRemediation', 'answerByLink', 'putKillSwitch'],
  // A key cannot allow anything, and asks only for what the policy of its tenant allows.
  ...['putRemediationPolicy', 'requestRemediation'],
];

export const takesBody = ({ body, rawBody }: Operation): boolean =>
  body !== undefined || rawBody !== undefined;

/** Operations whose bodies are neither known to name something nor known not to. */
export const unknownBodies = operations
  .filter(([, operation]) => takesBody(operation))
  .flatMap(([id]) => (id in NAMING_BODIES || NAMELESS_BODIES.includes(id) ? [] : [id]));

export const namingBodies = Object.entries(NAMING_BODIES).map(
  ([id, { path, contentType, accumulates = false, bodyOf }]) => {
    const operation = (OPERATIONS as Readonly<Record<string, Operation>>)[id]!;
    const headers: Readonly<Record<string, string>> =
      contentType === undefined ? {} : { 'content-type': contentType };
    // A member must be a person of the tenant; everything else is accepted, as a name of our own.
    const isAccepted = !id.endsWith('ScimGroup');
    return {
      id,
      method: operation.method,
      path: path ?? operation.path,
      headers,
      bodyOf,
      isAccepted,
      accumulates,
    };
  },
);

/** Bodies and queries with which operations on a path with an id pass their schemas. */
export const PATH_BODIES: Readonly<Record<string, unknown>> = {
  transitionIncident: { to: 'acknowledged', note: 'ours' },
  rotateApiKey: {},
  approveRemediation: { planHash: '0'.repeat(64) },
  rejectRemediation: { planHash: '0'.repeat(64) },
  undoRemediation: { planHash: '0'.repeat(64) },
  replaceScimUser: { userName: 'ours' },
  patchScimUser: { Operations: [{ op: 'replace', path: 'active', value: false }] },
  replaceScimGroup: { displayName: 'forestall-admin', members: [] },
  patchScimGroup: { Operations: [{ op: 'remove', path: 'members' }] },
};
export const PATH_QUERIES: Readonly<Record<string, string>> = {
  getSeries: '?metric=cpu_percent',
  getTrends: '?metric=cpu_percent',
  getForecast: '?metric=cpu_percent',
  getBaseline: '?metric=cpu_percent',
};
