import { canonicalJson } from '../../../shared/canonical-json.ts';
import { cutText, MAX_SHOWN_NAME } from '../../../shared/text.ts';
import {
  type AlertMapping,
  AUTONOMY_STAGES,
  type AutonomyStage,
  type EnvironmentPolicy,
  type FreezeWindow,
  type ManagedResource,
  type RemediationPolicy,
  type ServiceObjective,
} from '../../policy.ts';

/**
 * The settings of `after` that allow more than `before` did, as phrases for people; empty if it allows no more. Whatever
 * is not known to be stricter counts as looser. `before` is undefined if there was no policy.
 */
export const isLooser = (
  before: RemediationPolicy | undefined,
  after: RemediationPolicy,
): readonly string[] => {
  const { environments, resources, alerts, objectives } = before ?? NOTHING;
  return [
    ...Object.entries(after.environments).flatMap(([name, each]) =>
      inEnvironment(name, new Map(Object.entries(environments)).get(name), each),
    ),
    ...after.resources.flatMap((each) =>
      inResource(
        resources.find(({ resource }) => resource === each.resource),
        each,
      ),
    ),
    ...after.alerts.flatMap((each) =>
      inAlert(
        alerts.find(({ source, name }) => source === each.source && name === each.name),
        each,
      ),
    ),
    ...objectives.flatMap((each) =>
      after.objectives.some(isSame(each)) ? [] : [`objective ${each.name} is removed or changed`],
    ),
  ];
};

const isSame = (one: ServiceObjective) => (other: ServiceObjective) => !differs(one, other);

const NOTHING: RemediationPolicy = { environments: {}, resources: [], alerts: [], objectives: [] };

/** True if the second value allows more than the first. */
type Loosens<Value> = (before: Value, after: Value) => boolean;

const higher: Loosens<number> = (before, after) => after > before;
const lower: Loosens<number> = (before, after) => after < before;
const higherStage: Loosens<AutonomyStage> = (before, after) =>
  AUTONOMY_STAGES.indexOf(after) > AUTONOMY_STAGES.indexOf(before);

const textsOf = (values: readonly unknown[]): ReadonlySet<string> => new Set(values.map(canonicalJson));

/** Something of the first list is missing from the second. */
const fewer: Loosens<readonly unknown[]> = (before, after) => {
  const left = textsOf(after);
  return [...textsOf(before)].some((text) => !left.has(text));
};

/** The reason of a window may change. */
const timeOf = ({ reason: _, ...time }: FreezeWindow) => time;

/** How each setting loosens; a new one does not compile without its line. */
const ENVIRONMENT: { readonly [Key in keyof EnvironmentPolicy]: Loosens<EnvironmentPolicy[Key]> } = {
  stage: higherStage,
  minConfidence: lower,
  maxUnitsPerRun: higher,
  maxResourcesPerWindow: higher,
  maxUnitsPerWindow: higher,
  windowMinutes: lower,
  maxActionsPerHour: higher,
  cooldownMinutes: lower,
  maxConsecutiveFailures: higher,
  freezeWindows: (before, after) => fewer(before.map(timeOf), after.map(timeOf)),
  protectedResources: fewer,
  planMinutes: higher,
  approvalMinutes: higher,
  maxUsdPerHour: higher,
};

const differs: Loosens<unknown> = (before, after) => canonicalJson(before) !== canonicalJson(after);
/** Order has no meaning. */
const otherItems: Loosens<readonly string[]> = (before, after) =>
  differs(before.toSorted(), after.toSorted());

type AllowedActions = ManagedResource['actions'];

const RESOURCE: {
  readonly [Key in Exclude<keyof ManagedResource, 'actions'>]: Loosens<ManagedResource[Key]>;
} = {
  resource: differs,
  environment: differs,
  targets: otherItems,
  peers: otherItems,
};

const ACTION: { readonly [Key in keyof AllowedActions[number]]: Loosens<AllowedActions[number][Key]> } = {
  action: differs,
  parameters: differs,
  approval: (before, after) => before === 'always' && after !== 'always',
};

const ALERT: { readonly [Key in keyof AlertMapping]: Loosens<AlertMapping[Key]> } = {
  source: differs,
  name: differs,
  alertType: differs,
  resource: differs,
  metric: differs,
  minMinutes: lower,
};

const shown = (value: unknown): string => cutText(canonicalJson(value), MAX_SHOWN_NAME);

const loosened = <Settings extends object>(
  rules: { readonly [Key in keyof Settings]?: Loosens<Settings[Key]> },
  where: string,
  before: Settings,
  after: Settings,
): readonly string[] => {
  const keys = Object.keys(rules) as (keyof Settings & string)[];
  return keys
    .filter((key) => rules[key]?.(before[key], after[key]))
    .map((key) => `${where}: ${key} ${shown(before[key])} → ${shown(after[key])}`);
};

const inEnvironment = (
  name: string,
  before: EnvironmentPolicy | undefined,
  after: EnvironmentPolicy,
): readonly string[] =>
  before === undefined
    ? [`environment ${name} is added`]
    : loosened(ENVIRONMENT, `environment ${name}`, before, after);

const inResource = (before: ManagedResource | undefined, after: ManagedResource): readonly string[] => {
  if (before === undefined) return [`${after.resource} is added`];
  const actions = after.actions.flatMap((allowed) => {
    const where = `${after.resource}: ${allowed.action}`;
    const same = before.actions.find(({ action }) => action === allowed.action);
    return same === undefined ? [`${where} is added`] : loosened(ACTION, where, same, allowed);
  });
  return [...loosened(RESOURCE, after.resource, before, after), ...actions];
};

const inAlert = (before: AlertMapping | undefined, after: AlertMapping): readonly string[] => {
  const where = `alert ${after.name}`;
  return before === undefined ? [`${where} is added`] : loosened(ALERT, where, before, after);
};
