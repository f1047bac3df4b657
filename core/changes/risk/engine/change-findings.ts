import type { FeatureName } from './feature-catalogue.ts';
import { sortGrants, sortRules } from './grant-kinds.ts';
import type { PlannedChange, PlannedGrant, PlannedResource, PlannedRule } from './planned-resource.ts';
import { holdsData, kindOf } from './resource-kinds.ts';
import { isCode, isCosmetic, isPlatform, lowersCapacity, weakensProtection } from './setting-kinds.ts';

/** The parts of a change behind each feature, by names that its owner knows. */
export type ChangeFindings = Readonly<Partial<Record<FeatureName, readonly string[]>>>;

/** A resource with its kind and the effect of the change on it. */
interface Counted {
  readonly resource: PlannedResource;
  readonly kind: ReturnType<typeof kindOf>;
  readonly isGone: boolean;
  readonly isReplaced: boolean;
  readonly mayBeReplaced: boolean;
  /** Changed in place, in more than tags or descriptions. */
  readonly isModified: boolean;
  /** Existed before. */
  readonly isTouched: boolean;
}

const isEdited = ({ action, settings }: PlannedResource): boolean =>
  action === 'modify' && (settings.length === 0 || !settings.every(isCosmetic));

const countedAs = (resource: PlannedResource): Counted => {
  const { action, replacement } = resource;
  const isReplaced = action === 'modify' && replacement === 'always';
  const mayBeReplaced = action === 'modify' && replacement === 'maybe';
  return {
    resource,
    kind: kindOf(resource.type),
    isGone: action === 'remove',
    isReplaced,
    mayBeReplaced,
    isModified: isEdited(resource) && !isReplaced && !mayBeReplaced,
    isTouched: action !== 'add' && action !== 'import',
  };
};

/** Ignores bookkeeping resources, and changes to tags and descriptions only. */
const countable = ({ resources }: PlannedChange): Counted[] =>
  resources
    .filter((each) => each.action !== 'modify' || each.replacement !== 'never' || isEdited(each))
    .map(countedAs)
    .filter(({ kind }) => kind !== 'bookkeeping');

type Test = (each: Counted) => boolean;

const nameOf = ({ logicalId, path, type }: PlannedResource): string =>
  `${path ?? logicalId} (${type.replace(/^AWS::/, '')})`;
const named = (all: readonly Counted[], isFound: Test): string[] =>
  all.filter(isFound).map(({ resource }) => nameOf(resource));

const dataFindings = (all: readonly Counted[]): ChangeFindings => {
  const stores = all.filter(({ resource }) => holdsData(resource.type));
  const isLost: Test = ({ isGone, isReplaced }) => isGone || isReplaced;
  const isKept: Test = ({ resource: { disposal } }) => disposal === 'kept' || disposal === 'snapshot';
  return {
    dataDestroyed: named(stores, (each) => isLost(each) && !isKept(each)),
    dataDetached: named(stores, (each) => isLost(each) && isKept(each)),
    dataMayBeReplaced: named(stores, ({ mayBeReplaced }) => mayBeReplaced),
    dataReconfigured: named(stores, ({ isModified }) => isModified),
  };
};

/** Kinds with a feature of their own for removal or replacement. */
const SPECIAL = new Set([
  ...['data', 'edition', 'trigger', 'alarm', 'access', 'network-rule', 'routing', 'key', 'interface'],
]);

const plainFindings = (all: readonly Counted[]): ChangeFindings => {
  const plain = all.filter(({ kind }) => !SPECIAL.has(kind));
  return {
    replaced: named(plain, ({ isReplaced }) => isReplaced),
    mayBeReplaced: named(plain, ({ mayBeReplaced }) => mayBeReplaced),
    removed: named(plain, ({ isGone }) => isGone),
    unclear: named(all, ({ resource: { action } }) => action === 'unknown'),
  };
};

/** For features whose text does not state whether the resources stay. */
const namesWithFate = (all: readonly Counted[]): string[] =>
  all.map((each) => {
    const name = nameOf(each.resource);
    if (each.isGone) return `${name}: removed`;
    if (each.isReplaced) return `${name}: replaced`;
    return each.mayBeReplaced ? `${name}: may be replaced` : name;
  });

const kindFindings = (all: readonly Counted[]): ChangeFindings => {
  const of = (kind: Counted['kind'], isFound: Test): string[] =>
    named(all, (each) => each.kind === kind && isFound(each));
  const touched = (kind: Counted['kind']): string[] =>
    namesWithFate(all.filter((each) => each.kind === kind && each.isTouched));
  return {
    triggersRemoved: of('trigger', ({ isGone, isReplaced }) => isGone || isReplaced),
    alarmsRemoved: of('alarm', ({ isGone }) => isGone),
    accessChanged: touched('access'),
    routingChanged: touched('routing'),
    keysChanged: touched('key'),
    interfaceChanged: touched('interface'),
  };
};

/** Ignores the settings of removed resources: the removal itself already counts. */
const settingFindings = (all: readonly Counted[]): ChangeFindings => {
  const settings = all
    .filter(({ isGone }) => !isGone)
    .flatMap(({ resource }) => resource.settings.map((setting) => ({ resource, setting })));
  const found = (isFound: typeof weakensProtection): string[] =>
    settings
      .filter(({ setting }) => isFound(setting))
      .map(({ resource, setting }) => `${setting.name} of ${nameOf(resource)}`);
  return {
    protectionWeakened: found(weakensProtection),
    capacityReduced: found(lowersCapacity),
    platformChanged: named(
      all,
      ({ kind, resource }) => kind !== 'edition' && resource.settings.some(isPlatform),
    ),
  };
};

const few = (texts: readonly string[]): string =>
  texts.length > 3 ? `${texts.slice(0, 3).join(', ')} +${texts.length - 3}` : texts.join(', ');

const grantName = ({ effect, actions, resources, principals }: PlannedGrant): string =>
  [
    `${effect} ${few(actions)}`,
    ...(resources.length === 0 ? [] : [`on ${few(resources)}`]),
    ...(principals.length === 0 ? [] : [`to ${few(principals)}`]),
  ].join(' ');

const ruleName = ({ flow, ports, peer }: PlannedRule): string =>
  flow === 'in' ? `${ports} in from ${peer}` : `${ports} out to ${peer}`;

/** Without the values of rules, any changed security group may have closed something. */
const securityFindings = (all: readonly Counted[], { grants, rules }: PlannedChange): ChangeFindings => {
  const { widened, removed } = sortGrants(grants);
  const { opened, closed } = sortRules(rules);
  const isUnknown: Test = ({ kind, isTouched, isGone, resource: { type } }) =>
    kind === 'network-rule' && isTouched && !(isGone && type === 'AWS::EC2::SecurityGroup');
  return {
    accessWidened: widened.map(grantName),
    accessRemoved: removed.map(grantName),
    networkOpened: opened.map(ruleName),
    networkClosed: rules.length === 0 ? named(all, isUnknown) : closed.map(ruleName),
  };
};

/** The findings of a change, including the features that describe it as a whole. */
export const findingsOf = (change: PlannedChange): ChangeFindings => {
  const all = countable(change);
  return {
    ...dataFindings(all),
    ...plainFindings(all),
    ...kindFindings(all),
    ...settingFindings(all),
    ...securityFindings(all, change),
    resources: named(all, () => true),
    furtherStacks: [...new Set(all.map(({ resource }) => resource.stack))].sort().slice(1),
    ...shapeFindings(all, change),
  };
};

const shapeFindings = (all: readonly Counted[], change: PlannedChange): ChangeFindings => {
  const isCodeOnly: Test = ({ kind, resource: { action, settings } }) =>
    kind === 'edition' || (action === 'modify' && settings.length > 0 && settings.every(isCode));
  const changesSecurity = change.grants.length + change.rules.length > 0;
  const everything = named(all, () => true);
  return {
    onlyCode: !changesSecurity && all.every(isCodeOnly) ? everything : [],
    onlyAdditions: all.every(({ resource: { action } }) => action === 'add') ? everything : [],
  };
};
