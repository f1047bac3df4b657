import { InvalidInputError } from '../../../shared/errors.ts';
import { cutText, MAX_SHOWN_NAME } from '../../../shared/text.ts';
import {
  combineChanges,
  type Disposal,
  type PlannedAction,
  type PlannedChange,
  type PlannedResource,
  type PlannedSetting,
  type Replacement,
} from '../engine/planned-resource.ts';
import {
  type ChangeSetPage as Page,
  parsePages,
  type ChangedResource as Resource,
} from './change-set-page.ts';
import { grantsBetween, type ResourceVersions, rulesBetween } from './policy-changes.ts';

const ACTIONS = new Map<string, PlannedAction>([
  ['Add', 'add'],
  ['Modify', 'modify'],
  ['Remove', 'remove'],
  ['Import', 'import'],
]);
const REPLACEMENTS = new Map<string, Replacement>([
  ['True', 'always'],
  ['Conditional', 'maybe'],
  ['Always', 'always'],
  ['Conditionally', 'maybe'],
]);
const DISPOSALS = new Map<string, Disposal>([
  ['Delete', 'deleted'],
  ['ReplaceAndDelete', 'deleted'],
  ['Retain', 'kept'],
  ['ReplaceAndRetain', 'kept'],
  ['Snapshot', 'snapshot'],
  ['ReplaceAndSnapshot', 'snapshot'],
]);

const replacementOf = (text: string | null | undefined): Replacement =>
  REPLACEMENTS.get(text ?? '') ?? 'never';

type Details = NonNullable<Resource['Details']>;

const rank = (replacement: Replacement): number => ['never', 'maybe', 'always'].indexOf(replacement);

interface SettingChanges {
  readonly needs: Replacement[];
  readonly before: Set<string>;
  readonly after: Set<string>;
}

/**
 * Merges the details of each setting: CloudFormation lists a setting once per reason and per part. The strongest
 * replacement counts, and all values are kept.
 */
const settingsOf = (details: Details): PlannedSetting[] => {
  const byName = new Map<string, SettingChanges>();
  for (const { Target: target, Evaluation: evaluation } of details) {
    const name = target?.Name ?? target?.Attribute;
    if (target == null || name == null) continue;
    const changes = byName.get(name) ?? { needs: [], before: new Set(), after: new Set() };
    const needs = replacementOf(target.RequiresRecreation);
    changes.needs.push(needs === 'always' && evaluation === 'Dynamic' ? 'maybe' : needs);
    if (target.BeforeValue != null) changes.before.add(target.BeforeValue);
    if (target.AfterValue != null) changes.after.add(target.AfterValue);
    byName.set(name, changes);
  }
  return [...byName].map(([name, { needs, before, after }]) => ({
    name,
    replacement: needs.reduce((most, each) => (rank(each) > rank(most) ? each : most)),
    ...(before.size === 0 ? {} : { before: [...before].join('\n') }),
    ...(after.size === 0 ? {} : { after: [...after].join('\n') }),
  }));
};

/** CloudFormation's placeholder for a value that it cannot know before the deployment. */
const KNOWN_LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

/**
 * CloudFormation states a replacement even if the new value of a reference is not known yet and may equal the old one
 * (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2113).
 */
const isCertain = (details: Details): boolean => {
  const causes = details.filter(
    ({ Target: target }) => replacementOf(target?.RequiresRecreation) === 'always',
  );
  return (
    causes.length === 0 ||
    causes.some(
      ({ Target: target, Evaluation: evaluation }) =>
        evaluation !== 'Dynamic' || !target?.AfterValue?.includes(KNOWN_LATER),
    )
  );
};

const replacementIn = ({ Replacement: stated, Details: details }: Resource): Replacement => {
  const replacement = replacementOf(stated);
  return replacement === 'always' && !isCertain(details ?? []) ? 'maybe' : replacement;
};

const resourceOf = (stack: string, resource: Resource): PlannedResource => ({
  stack,
  logicalId: resource.LogicalResourceId,
  type: resource.ResourceType,
  action: ACTIONS.get(resource.Action) ?? 'unknown',
  replacement: replacementIn(resource),
  disposal: DISPOSALS.get(resource.PolicyAction ?? '') ?? 'unstated',
  settings: settingsOf(resource.Details ?? []),
});

/** Ignores the permissions and rules of a role or group that is removed as a whole. */
const versionsOf = (stack: string, resources: readonly Resource[]): ResourceVersions[] => {
  const isGone = ({ Action: action }: Resource): boolean => action === 'Remove';
  const losesRole = resources.some((each) => isGone(each) && each.ResourceType === 'AWS::IAM::Role');
  const outlives = ({ ResourceType: type }: Resource): boolean =>
    (/^AWS::IAM::\w*Policy$/.test(type) && !losesRole) || /^AWS::EC2::SecurityGroup(In|E)gress$/.test(type);
  return resources
    .filter((each) => !isGone(each) || outlives(each))
    .map(({ ResourceType: type, BeforeContext: before, AfterContext: after }) => ({
      ...{ stack, type, before: before ?? undefined, after: after ?? undefined },
    }));
};

const readPage = (page: Page): PlannedChange => {
  const resources = page.Changes.flatMap(({ ResourceChange: change }) => (change == null ? [] : [change]));
  const stack = page.StackName;
  const contexts = versionsOf(stack, resources);
  return {
    stacks: resources.length === 0 ? [] : [stack],
    // The changes within a nested stack are in its own change set.
    resources: resources
      .filter(({ ResourceType: type, Action: action }) => type !== NESTED || action !== 'Modify')
      .map((resource) => resourceOf(stack, resource)),
    grants: contexts.flatMap(grantsBetween),
    rules: contexts.flatMap(rulesBetween),
  };
};

const NESTED = 'AWS::CloudFormation::Stack';
/** CloudFormation's reasons for a change set without changes. */
const NOTHING = /didn't contain changes|no updates are to be performed/i;

const MAX_REASON = 300;

const refuseFailed = ({ StackName: name, Status: status, StatusReason: reason }: Page): void => {
  if (status !== 'FAILED' || NOTHING.test(reason ?? '')) return;
  throw new InvalidInputError(
    `change set of ${cutText(name, MAX_SHOWN_NAME)}: found status FAILED (${cutText(reason ?? 'no reason given', MAX_REASON)}), expected a change set that was created`,
  );
};

/** Refuses a change set with missing pages. */
const refusePartial = (pages: readonly Page[]): void => {
  const unread = new Map<string, number>();
  for (const { StackName: name, NextToken: token } of pages)
    unread.set(name, (unread.get(name) ?? 1) + (token == null ? 0 : 1) - 1);
  for (const [name, count] of unread) {
    if (count <= 0) continue;
    throw new InvalidInputError(
      `change set of ${cutText(name, MAX_SHOWN_NAME)}: found a NextToken without the next page, expected an array of all pages`,
    );
  }
};

/**
 * Reads one response of DescribeChangeSet, an array of them (pages, and the change sets of nested stacks), or the list
 * of changes alone. Field names may be in the camel case of the console.
 */
export const readChangeSet = (input: unknown): PlannedChange => {
  const pages = parsePages(input);
  pages.forEach(refuseFailed);
  refusePartial(pages);
  return combineChanges(pages.map(readPage));
};
