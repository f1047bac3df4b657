/** What a recorded choice would have depended on under another policy. */
import type { Json } from '../../shared/canonical-json.ts';
import type { CatalogueAction } from '../action.ts';
import type { Problem } from '../cause.ts';
import type { ChoiceInputs } from '../choosing/choice-inputs.ts';
import { NotManagedError } from '../errors.ts';
import { managedFor, readCandidates } from '../gathering/candidates.ts';
import type { Ledger } from '../ledger.ts';
import type { RemediationPolicy } from '../policy.ts';
import type { ResourceCall } from '../ports.ts';
import type { Known } from '../recommendation/known.ts';
import { asJson } from '../runs/judge-run.ts';

interface Stated {
  readonly problem: ChoiceInputs['problem'];
  /** The only resource that it is about; null for all resources of its targets. */
  readonly resource: string | null;
}

const MINUTE = 60;

const alertStated = (
  { world }: ChoiceInputs,
  problem: Problem,
  policy: RemediationPolicy,
  { source, name, receivedAt }: Extract<ChoiceInputs['cause'], { kind: 'alert' }>,
): Stated => {
  const mapping = policy.alerts.find((each) => each.source === source && each.name === name);
  const managed = policy.resources.find(({ resource }) => resource === mapping?.resource);
  if (mapping === undefined || managed === undefined)
    return { problem: { absent: `The policy does not map the alert ${name}.` }, resource: null };
  const { alertType, metric, resource, minMinutes } = mapping;
  if (world.now < receivedAt + minMinutes * MINUTE)
    return { problem: { absent: `The alert ${name} has not lasted ${minMinutes} minutes.` }, resource };
  return { problem: { ...problem, alertType, metric, targetIds: managed.targets }, resource };
};

/** Alerts mean what the policy says, and requests need a resource of the policy; other problems stay as they were. */
const statedBy = (inputs: ChoiceInputs, policy: RemediationPolicy): Stated => {
  const { problem, cause } = inputs;
  if ('absent' in problem) return { problem, resource: null };
  if (cause.kind === 'alert') return alertStated(inputs, problem, policy, cause);
  if (cause.kind !== 'request') return { problem, resource: null };
  const { resource } = cause;
  return policy.resources.some((each) => each.resource === resource)
    ? { problem, resource }
    : { problem: { absent: `The policy does not manage ${resource}.` }, resource };
};

/** The state that was read then: for this action or, if that can read it, for another one of the resource. */
const recordedState = (
  { candidates }: ChoiceInputs,
  action: CatalogueAction,
  resource: string,
): Json | undefined =>
  candidates
    .filter((each) => each.resource === resource)
    .toSorted((a, b) => Number(b.action === action.id) - Number(a.action === action.id))
    .flatMap(({ reading }) => ('state' in reading ? [reading.state] : []))
    .find((state) => action.state.safeParse(state).success);

const reading =
  (inputs: ChoiceInputs) =>
  async ({ action, resource }: ResourceCall): Promise<Json> => {
    const state = recordedState(inputs, action, resource);
    if (state !== undefined) return state;
    const unread = inputs.candidates.find((each) => each.resource === resource)?.reading;
    throw new NotManagedError(
      unread !== undefined && 'unreadable' in unread ? unread.unreadable : 'its state was not read then',
    );
  };

const inOrder = async <Item, Result>(
  _: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => Promise.all(items.map(work));

/**
 * The inputs of the choice as they would have been: with the resources, bounds and alerts of `policy`, and the ledger that
 * `ledgerOf` gives for its environment. Problem, forecasts, track record, kill switch, ceiling and time are the recorded
 * ones, and so are the states of resources; a resource that was not read then is no candidate.
 */
export const underPolicy = async (
  inputs: ChoiceInputs,
  policy: RemediationPolicy,
  known: Known,
  ledgerOf: (environment: string) => Ledger,
): Promise<ChoiceInputs> => {
  const { problem, resource } = statedBy(inputs, policy);
  const managed = 'absent' in problem ? [] : managedFor(policy, problem, resource);
  const environment = managed[0]?.environment ?? null;
  const ledger = environment === null ? { entries: [] } : ledgerOf(environment);
  const deps = {
    ...{ ...known, ceiling: inputs.world.ceiling, inParallel: inOrder },
    resources: { read: reading(inputs) },
  };
  return {
    ...{ ...inputs, problem, environment },
    candidates: 'absent' in problem ? [] : await readCandidates(deps, inputs, problem, managed),
    world: { ...inputs.world, policy: asJson(policy), ledger },
  };
};
