import * as z from 'zod';
import { InvalidInputError } from '../errors.ts';
import {
  combineChanges,
  type Disposal,
  type PlannedAction,
  type PlannedChange,
  type PlannedResource,
  type PlannedSetting,
  type Replacement,
} from './planned-resource.ts';
import { grantsBetween, rulesBetween } from './policy-changes.ts';

/**
 * What is read of DescribeChangeSet's answer
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html). Actions and
 * replacements are open texts, so that a value that CloudFormation adds one day is `unknown` and not an error.
 */
const Text = z.string().nullish();
const Target = z.object({
  Attribute: Text,
  Name: Text,
  RequiresRecreation: Text,
  BeforeValue: Text,
  AfterValue: Text,
});
const Resource = z.object({
  Action: z.string(),
  LogicalResourceId: z.string(),
  ResourceType: z.string(),
  Replacement: Text,
  PolicyAction: Text,
  Details: z.array(z.object({ Target: Target.nullish(), Evaluation: Text })).nullish(),
  BeforeContext: Text,
  AfterContext: Text,
});
const Page = z.object({
  StackName: z.string(),
  Status: Text,
  StatusReason: Text,
  NextToken: Text,
  Changes: z.array(z.object({ ResourceChange: Resource.nullish() })),
});
type Page = z.infer<typeof Page>;
type Resource = z.infer<typeof Resource>;

const ACTIONS: Readonly<Record<string, PlannedAction>> = {
  Add: 'add',
  Modify: 'modify',
  Remove: 'remove',
  Import: 'import',
};
const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  True: 'always',
  Conditional: 'maybe',
  Always: 'always',
  Conditionally: 'maybe',
};
const DISPOSALS: Readonly<Record<string, Disposal>> = {
  Delete: 'deleted',
  ReplaceAndDelete: 'deleted',
  Retain: 'kept',
  ReplaceAndRetain: 'kept',
  Snapshot: 'snapshot',
  ReplaceAndSnapshot: 'snapshot',
};

const replacementOf = (text: string | null | undefined): Replacement => REPLACEMENTS[text ?? ''] ?? 'never';

type Details = NonNullable<Resource['Details']>;

/** CloudFormation lists a setting once for each reason that it changes: the strongest stands for all. */
const settingsOf = (details: Details): PlannedSetting[] => {
  const strongest = new Map<string, PlannedSetting>();
  for (const { Target: target, Evaluation: evaluation } of details) {
    const name = target?.Name ?? target?.Attribute;
    if (target == null || name == null) continue;
    const needs = replacementOf(target.RequiresRecreation);
    const replacement = needs === 'always' && evaluation === 'Dynamic' ? 'maybe' : needs;
    const known = strongest.get(name);
    if (known !== undefined && rank(known.replacement) >= rank(replacement)) continue;
    strongest.set(name, {
      name,
      replacement,
      ...(target.BeforeValue == null ? {} : { before: target.BeforeValue }),
      ...(target.AfterValue == null ? {} : { after: target.AfterValue }),
    });
  }
  return [...strongest.values()];
};

const rank = (replacement: Replacement): number => ['never', 'maybe', 'always'].indexOf(replacement);

const resourceOf = (stack: string, resource: Resource): PlannedResource => ({
  stack,
  logicalId: resource.LogicalResourceId,
  type: resource.ResourceType,
  action: ACTIONS[resource.Action] ?? 'unknown',
  replacement: replacementOf(resource.Replacement),
  disposal: DISPOSALS[resource.PolicyAction ?? ''] ?? 'unstated',
  settings: settingsOf(resource.Details ?? []),
});

const readPage = (page: Page): PlannedChange => {
  const resources = page.Changes.flatMap(({ ResourceChange: change }) => (change == null ? [] : [change]));
  const stack = page.StackName;
  const contexts = resources.map(({ ResourceType: type, BeforeContext: before, AfterContext: after }) => ({
    ...{ stack, type, before: before ?? undefined, after: after ?? undefined },
  }));
  return {
    stacks: resources.length === 0 ? [] : [stack],
    // The nested stack's own change set says what changes within it.
    resources: resources
      .filter(({ ResourceType: type, Action: action }) => type !== NESTED || action !== 'Modify')
      .map((resource) => resourceOf(stack, resource)),
    grants: contexts.flatMap(grantsBetween),
    rules: contexts.flatMap(rulesBetween),
  };
};

const NESTED = 'AWS::CloudFormation::Stack';
/** What CloudFormation says of a change set that would change nothing. */
const NOTHING = /didn't contain changes|no updates are to be performed/i;

const refuseFailed = ({ StackName: name, Status: status, StatusReason: reason }: Page): void => {
  if (status !== 'FAILED' || NOTHING.test(reason ?? '')) return;
  throw new InvalidInputError(
    `change set of ${name}: found status FAILED (${reason ?? 'no reason given'}), expected one that was created`,
  );
};

/** A page that says there are more must not pass for the whole. */
const refusePartial = (pages: readonly Page[]): void => {
  for (const name of new Set(pages.map(({ StackName: stack }) => stack))) {
    const own = pages.filter(({ StackName: stack }) => stack === name);
    const unread = own.filter(({ NextToken: token }) => token != null).length - (own.length - 1);
    if (unread <= 0) continue;
    throw new InvalidInputError(
      `change set of ${name}: found a NextToken and no further page, expected all pages (an array of them)`,
    );
  }
};

/** Reads one answer of DescribeChangeSet, or an array of them: pages, and the change sets of nested stacks. */
export const readChangeSet = (input: unknown): PlannedChange => {
  const answers = Array.isArray(input) ? input : [input];
  if (answers.length === 0)
    throw new InvalidInputError('change set: found an empty array, expected at least one answer');
  const pages = answers.map((answer, at) => {
    const page = Page.safeParse(answer);
    if (page.success) return page.data;
    const where = answers.length === 1 ? 'change set' : `change set ${at + 1} of ${answers.length}`;
    throw new InvalidInputError(
      `${where}: not an answer of DescribeChangeSet: ${z.prettifyError(page.error)}`,
      {
        cause: page.error,
      },
    );
  });
  pages.forEach(refuseFailed);
  refusePartial(pages);
  return combineChanges(pages.map(readPage));
};
