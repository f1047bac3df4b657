import * as z from 'zod';
import type { FeatureName } from './feature-catalogue.ts';
import { countGrants, countRules } from './grant-kinds.ts';
import type { PlannedChange, PlannedResource } from './planned-resource.ts';
import { holdsData, kindOf } from './resource-kinds.ts';
import { isCode, isCosmetic, isPlatform, lowersCapacity, weakensProtection } from './setting-kinds.ts';

/**
 * Numbers about a change, by the names in the catalogue; what is not there is 0. Stored with deployments: names of older
 * and newer versions are kept, and ignored by models that do not know them.
 */
export const ChangeFeatures = z.record(z.string().max(64), z.number().min(0).max(1_000_000));
export type ChangeFeatures = Readonly<z.infer<typeof ChangeFeatures>>;

/** What is known about the time and place of a change. Counts; left out where unknown. */
export interface ChangeContext {
  /** Incidents open now on the targets that it touches. */
  readonly openIncidents?: number;
  /** Incidents of the last 7 days on these targets, without those open now. */
  readonly recentIncidents?: number;
  /** Deployments of the last 30 days that turned out unhealthy. */
  readonly recentFailures?: number;
  /** Deployments of the last 24 hours. */
  readonly recentDeploys?: number;
  readonly isOutsideHours?: boolean;
}

/** A resource as it counts: what it is, and whether it goes, comes anew, or changes in place. */
interface Counted {
  readonly resource: PlannedResource;
  readonly kind: ReturnType<typeof kindOf>;
  readonly isGone: boolean;
  readonly isReplaced: boolean;
  readonly mayBeReplaced: boolean;
  /** Changed in place, by more than labels. */
  readonly isModified: boolean;
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
  };
};

/** Book-keeping and changes of nothing but labels count for nothing. */
const countable = ({ resources }: PlannedChange): Counted[] =>
  resources
    .filter(
      (resource) => resource.action !== 'modify' || resource.replacement !== 'never' || isEdited(resource),
    )
    .map(countedAs)
    .filter(({ kind }) => kind !== 'book-keeping');

const dataFeatures = (all: readonly Counted[]): Partial<Record<FeatureName, number>> => {
  const stores = all.filter(({ resource }) => holdsData(resource.type));
  const lost = stores.filter(({ isGone, isReplaced }) => isGone || isReplaced);
  const kept = lost.filter(({ resource: { disposal } }) => disposal === 'kept' || disposal === 'snapshot');
  return {
    dataDestroyed: lost.length - kept.length,
    dataDetached: kept.length,
    dataMayBeReplaced: stores.filter(({ mayBeReplaced }) => mayBeReplaced).length,
    dataReconfigured: stores.filter(({ isModified }) => isModified).length,
  };
};

/** Kinds that have a feature of their own for being removed or replaced. */
const COUNTED_ELSEWHERE = new Set([
  'data',
  'edition',
  'trigger',
  'alarm',
  'access',
  'network-rule',
  'routing',
  'key',
]);

const plainFeatures = (all: readonly Counted[]): Partial<Record<FeatureName, number>> => {
  const plain = all.filter(({ kind }) => !COUNTED_ELSEWHERE.has(kind));
  return {
    replaced: plain.filter(({ isReplaced }) => isReplaced).length,
    mayBeReplaced: plain.filter(({ mayBeReplaced }) => mayBeReplaced).length,
    removed: plain.filter(({ isGone }) => isGone).length,
    unclear: all.filter(({ resource: { action } }) => action === 'unknown').length,
  };
};

const kindFeatures = (all: readonly Counted[]): Partial<Record<FeatureName, number>> => {
  const of = (kind: Counted['kind'], isCounted: (each: Counted) => boolean): number =>
    all.filter((each) => each.kind === kind && isCounted(each)).length;
  const isTouched = ({ resource: { action } }: Counted): boolean => action !== 'add' && action !== 'import';
  return {
    triggersRemoved: of('trigger', ({ isGone, isReplaced }) => isGone || isReplaced),
    alarmsRemoved: of('alarm', ({ isGone }) => isGone),
    accessChanged: of('access', isTouched),
    routingChanged: of('routing', isTouched),
    keysChanged: of('key', isTouched),
    interfaceChanged: of('interface', isTouched),
  };
};

/** Values of a removed or replaced thing say nothing more than that it is. */
const settingFeatures = (all: readonly Counted[]): Partial<Record<FeatureName, number>> => {
  const settings = all.filter(({ isGone }) => !isGone).flatMap(({ resource }) => resource.settings);
  const platforms = all.filter(
    ({ kind, resource }) => kind !== 'edition' && resource.settings.some(isPlatform),
  );
  return {
    protectionWeakened: settings.filter(weakensProtection).length,
    capacityReduced: settings.filter(lowersCapacity).length,
    platformChanged: platforms.length,
  };
};

/** Rules are known where values are; else a changed group may have closed something. */
const securityFeatures = (
  all: readonly Counted[],
  { grants, rules }: PlannedChange,
): Partial<Record<FeatureName, number>> => {
  const { widened, removed } = countGrants(grants);
  const { opened, closed } = countRules(rules);
  const groups = all.filter(
    ({ kind, isGone, isModified, isReplaced }) =>
      kind === 'network-rule' && (isGone || isModified || isReplaced),
  );
  return {
    accessWidened: widened,
    accessRemoved: removed,
    networkOpened: opened,
    networkClosed: rules.length === 0 ? groups.length : closed,
  };
};

const shapeFeatures = (
  all: readonly Counted[],
  change: PlannedChange,
): Partial<Record<FeatureName, number>> => {
  const isCodeOnly = ({ kind, resource: { action, settings } }: Counted): boolean =>
    kind === 'edition' || (action === 'modify' && settings.length > 0 && settings.every(isCode));
  const changesSecurity = change.grants.length + change.rules.length > 0;
  return {
    resources: all.length,
    stacks: new Set(all.map(({ resource }) => resource.stack)).size,
    onlyCode: all.length > 0 && !changesSecurity && all.every(isCodeOnly) ? 1 : 0,
    onlyAdditions: all.length > 0 && all.every(({ resource: { action } }) => action === 'add') ? 1 : 0,
  };
};

/** The features of a change, those of value 0 left out. */
export const featuresOf = (change: PlannedChange, context: ChangeContext = {}): ChangeFeatures => {
  const all = countable(change);
  const { isOutsideHours, ...counts } = context;
  const features: Partial<Record<FeatureName, number>> = {
    ...dataFeatures(all),
    ...plainFeatures(all),
    ...kindFeatures(all),
    ...settingFeatures(all),
    ...securityFeatures(all, change),
    ...shapeFeatures(all, change),
    ...counts,
    outsideHours: isOutsideHours === true ? 1 : 0,
  };
  return Object.fromEntries(Object.entries(features).filter(([, value]) => value > 0));
};
