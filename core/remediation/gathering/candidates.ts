import { Json } from '../../shared/canonical-json.ts';
import { DependencyUnavailableError, errorFrom } from '../../shared/errors.ts';
import type { CatalogueAction } from '../action.ts';
import type { Cause, Problem } from '../cause.ts';
import { NotManagedError } from '../errors.ts';
import type { ManagedResource, RemediationCeiling, RemediationPolicy } from '../policy.ts';
import type { Resources } from '../ports.ts';
import type { Remedies } from '../recommendation/known.ts';
import type { Candidate } from '../recommendation/recommendation-inputs.ts';

export interface CandidateDeps {
  readonly resources: Pick<Resources, 'read'>;
  readonly ceiling: Pick<RemediationCeiling, 'actions'>;
  readonly findAction: (id: string) => CatalogueAction | undefined;
  readonly findRemedies: (alertType: string) => Remedies | undefined;
  readonly inParallel: <Item, Result>(
    limit: number,
    items: readonly Item[],
    work: (item: Item) => Promise<Result>,
  ) => Promise<readonly Result[]>;
}

/** An action on a resource that could help. */
interface Possible {
  readonly managed: ManagedResource;
  readonly action: CatalogueAction;
  readonly parameters: Json;
}

const MAX_READS = 5;
/** More resources of one problem than this are not looked at. */
const MAX_CANDIDATES = 100;

/** The resources of the affected targets, all of the environment of the first one. */
export const managedFor = (
  policy: RemediationPolicy | undefined,
  { targetIds }: Problem,
  resource: string | null,
): readonly ManagedResource[] => {
  const affected = (policy?.resources ?? []).filter((managed) =>
    resource === null
      ? managed.targets.some((target) => targetIds.includes(target))
      : managed.resource === resource,
  );
  return affected.filter(({ environment }) => environment === affected[0]?.environment);
};

/** A person gets the action that was asked for; for all other causes, only actions that help are looked at. */
const isMeant = (deps: CandidateDeps, cause: Cause, { alertType }: Problem, id: string): boolean =>
  cause.kind === 'request'
    ? cause.action === id
    : (deps.findRemedies(alertType)?.actions.some((remedy) => remedy.action === id) ?? false);

const possibleOf = (
  deps: CandidateDeps,
  cause: Cause,
  problem: Problem,
  managed: readonly ManagedResource[],
): readonly Possible[] =>
  managed
    .flatMap((each) =>
      each.actions
        .filter(({ action }) => isMeant(deps, cause, problem, action))
        .flatMap(({ action: id, parameters }) => {
          const action = deps.findAction(id);
          const stated = action?.parameters.safeParse(parameters);
          return action === undefined || !stated?.success
            ? []
            : [{ managed: each, action, parameters: Json.parse(stated.data) }];
        }),
    )
    .slice(0, MAX_CANDIDATES);

/** A resource that cannot be read is no candidate, and the others still are. */
const readingOf = async (
  { resources, ceiling }: CandidateDeps,
  { managed, action, parameters }: Possible,
  tenantId: string,
  remediationId: string,
): Promise<Candidate['reading']> => {
  const { resource, environment } = managed;
  if (!ceiling.actions.includes(action.id))
    return { unreadable: `the stage does not deploy ${action.id}: add it to remediation.actions` };
  try {
    const owner = { tenantId, environment };
    return { state: await resources.read({ action, resource, parameters, owner, remediationId }) };
  } catch (error) {
    if (error instanceof NotManagedError || error instanceof DependencyUnavailableError)
      return { unreadable: errorFrom(error).message };
    throw error;
  }
};

/** The actions that the policy allows and that could help, each with the state of its resource just now. */
export const readCandidates = async (
  deps: CandidateDeps,
  { tenantId, remediationId, cause }: { tenantId: string; remediationId: string; cause: Cause },
  problem: Problem,
  managed: readonly ManagedResource[],
): Promise<Candidate[]> => {
  const possible = possibleOf(deps, cause, problem, managed);
  const read = await deps.inParallel(MAX_READS, possible, async (each): Promise<Candidate> => {
    const { parameters, action } = each;
    const reading = await readingOf(deps, each, tenantId, remediationId);
    return { resource: each.managed.resource, action: action.id, parameters, reading };
  });
  return [...read];
};
