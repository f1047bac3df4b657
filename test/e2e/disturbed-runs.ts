/** Remediations of which single calls are disturbed (`local/emulator/disturb_calls.py`), each of a resource of its own. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Cause } from '../../core/remediation/cause.ts';
import { remediationIdOf } from '../../core/remediation/runs/run-id.ts';
import { makeProfile, tagsOf } from './emulator/managed-resources.ts';

/** A call fails before it, after it, goes on beside the next attempt after its state gave up, or is made twice. */
export const KINDS = ['before', 'after', 'late', 'twice'] as const;
export type Kind = (typeof KINDS)[number];

interface Disturbance {
  readonly state: string;
  /** 1 is the first call of the state. */
  readonly call: number;
  readonly kind: Kind | 'refused';
}

/** All calls of functions in a run that is undone, which closes twice. */
const CALLS: readonly Omit<Disturbance, 'kind'>[] = [
  ...['Choose action', 'Ask for approval', 'Settle approval', 'Prepare action', 'Begin action'],
  ...['Check action', 'Verify result', 'Close remediation', 'Undo action', 'Check undo'],
]
  .map((state) => ({ state, call: 1 }))
  .concat({ state: 'Close remediation', call: 2 });
/** Every fourth call of a run is disturbed: a run for each of them would take too long. */
const APART = 4;
/** A failure for good, after the effect. */
const REFUSED: Disturbance = { state: 'Check action', call: 1, kind: 'refused' };

export interface Course {
  readonly name: string;
  readonly tenantId: string;
  readonly disturbances: readonly Disturbance[];
  readonly ends: 'undone' | 'escalated';
}

/** One tenant for each kind: its runs write the same chain of decisions at the same time. */
const tenantOf = (kind: Kind): string => `e2e-faults-${kind}`;
export const TENANTS = KINDS.map(tenantOf);

const courseOf = (kind: Kind, disturbances: readonly Disturbance[], ends: Course['ends']): Course => ({
  ...{ tenantId: tenantOf(kind), disturbances, ends },
  name: `${kind}: ${disturbances.map(({ state, call }) => `${state} ${call}`).join(', ')}`,
});

export const COURSES: readonly Course[] = KINDS.flatMap((kind) => [
  ...Array.from({ length: APART }, (_, first) => {
    const calls = CALLS.filter((_, i) => i % APART === first).map((call) => ({ ...call, kind }));
    return courseOf(kind, calls, 'undone');
  }),
  courseOf(kind, [REFUSED, { state: 'Record failure', call: 1, kind }], 'escalated'),
]);

/** Runs that end as the disturbed ones shall. */
export const UNDISTURBED: readonly Course[] = [
  { name: 'undisturbed', tenantId: tenantOf('before'), disturbances: [], ends: 'undone' },
  { name: 'refused', tenantId: tenantOf('after'), disturbances: [REFUSED], ends: 'escalated' },
];

export type Run = Awaited<ReturnType<typeof makeRun>>;

/** In an environment of its own, because an action runs only once at a time in an environment. */
export const makeRun = async (course: Course, index: number) => {
  const { tenantId, name } = course;
  const environment = `faults-${index}`;
  const { profile, configurationDeployments } = await makeProfile(tagsOf({ tenantId, environment }));
  const resource = `appconfig-profile:${profile}`;
  const cause: Extract<Cause, { kind: 'request' }> = {
    ...{ kind: 'request', requestId: `faults-${index}`, action: 'enable-circuit-breaker', resource },
    ...{ reason: name, requestedBy: 'e2e-faults' },
  };
  const remediationId = remediationIdOf(tenantId, cause);
  return { ...course, environment, resource, cause, remediationId, deployments: configurationDeployments };
};

const LIMITS = { maxUnitsPerRun: 10, maxResourcesPerWindow: 100, maxUnitsPerWindow: 1000 };

export const policyOf = (runs: readonly Run[]) => ({
  environments: Object.fromEntries(
    runs.map(({ environment }) => [environment, { stage: 'approve', ...LIMITS, maxActionsPerHour: 100 }]),
  ),
  resources: runs.map(({ environment, resource }) => ({
    ...{ environment, resource, targets: ['e2e-faults'] },
    actions: [{ action: 'enable-circuit-breaker', parameters: { field: 'breaker' } }],
  })),
});

const FOLDER = '.local/e2e';
const LIST = `${FOLDER}/disturbed-calls.json`;

/** From now on, the emulator disturbs the calls of these runs. */
export const disturb = (runs: readonly Run[]): void => {
  const listed = runs.flatMap(({ tenantId, remediationId, disturbances }) =>
    disturbances.map((each) => ({ execution: `${tenantId}-${remediationId}`, ...each })),
  );
  writeFileSync(LIST, JSON.stringify(listed));
};

export const disturbNothing = (): void => rmSync(LIST, { force: true });

/** Calls of a run that the emulator says it disturbed, as `state kind`. */
export const disturbedCalls = ({ tenantId, remediationId }: Run): readonly string[] => {
  const log = readFileSync(`${FOLDER}/emulator.log`, 'utf8');
  const line = new RegExp(`disturbed: ${tenantId}-${remediationId}[^,]*, ([^,]+), (\\w+)`, 'g');
  return [...log.matchAll(line)].map(([, state, kind]) => `${state} ${kind}`);
};
