import * as z from 'zod';
import { describeIssues } from '../../../shared/describe-issues.ts';
import { InvalidInputError } from '../../../shared/errors.ts';
import { cutText, MAX_SHOWN_ITEMS, MAX_SHOWN_NAME } from '../../../shared/text.ts';

const Fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof Fields>;

const isFields = (value: unknown): value is Fields => Fields.safeParse(value).success;
const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The console and some SDKs write `resourceChange`, the API `ResourceChange`. */
const withApiNames = (value: unknown): unknown =>
  isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [capitalised(name), each]))
    : value;

/**
 * The fields read from the response of DescribeChangeSet
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html). Actions and
 * replacements are plain strings, so that values added by CloudFormation later are `unknown` instead of an error.
 */
const Text = z.string().nullish();
const Target = z.preprocess(
  withApiNames,
  z
    .object({ Attribute: Text, Name: Text, RequiresRecreation: Text, BeforeValue: Text, AfterValue: Text })
    .nullish(),
);
const Detail = z.preprocess(withApiNames, z.object({ Target, Evaluation: Text }));
const ResourceFields = z.object({
  Action: z.string(),
  LogicalResourceId: z.string(),
  ResourceType: z.string(),
  Replacement: Text,
  PolicyAction: Text,
  Details: z.array(Detail).nullish(),
  BeforeContext: Text,
  AfterContext: Text,
});
const Change = z.preprocess(
  withApiNames,
  z.object({ ResourceChange: z.preprocess(withApiNames, ResourceFields.nullish()) }),
);
const PageFields = z.object({
  StackName: z.string(),
  Status: Text,
  StatusReason: Text,
  NextToken: Text,
  Changes: z.array(Change),
});
const Page = z.preprocess(withApiNames, PageFields);

export type ChangeSetPage = z.infer<typeof PageFields>;
export type ChangedResource = z.infer<typeof ResourceFields>;

const UNNAMED = '(unnamed)';

const hasField = (value: unknown, field: string): value is Fields =>
  isFields(value) && Object.keys(value).some((name) => capitalised(name) === field);

/** A list of changes without their stack, as the console's JSON view and `--query Changes` print it. */
const isListOfChanges = (input: readonly unknown[]): boolean =>
  input.some((each) => hasField(each, 'ResourceChange')) &&
  input.every((each) => hasField(each, 'ResourceChange') || hasField(each, 'Type'));

const problemIn = (response: unknown, error: z.ZodError): string => {
  if (!isFields(response) || hasField(response, 'Changes')) return describeIssues(error);
  const names = Object.keys(response);
  const shown = names.slice(0, MAX_SHOWN_ITEMS).map((name) => cutText(name, MAX_SHOWN_NAME));
  const found = shown.length === 0 ? 'an empty object' : `the fields ${shown.join(', ')}`;
  return `found ${found}, expected StackName and Changes, as \`aws cloudformation describe-change-set\` prints them`;
};

/**
 * Parses one response, an array of responses, or a list of changes.
 * @throws InvalidInputError with what was found and expected
 */
export const parsePages = (input: unknown): ChangeSetPage[] => {
  const list: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (list.length === 0)
    throw new InvalidInputError('change set: found an empty array, expected at least one response');
  const responses = isListOfChanges(list) ? [{ StackName: UNNAMED, Changes: list }] : list;
  return responses.map((response, at) => {
    const page = Page.safeParse(response);
    if (page.success) return page.data;
    const where = responses.length === 1 ? 'change set' : `change set ${at + 1} of ${responses.length}`;
    const problem = problemIn(response, page.error);
    throw new InvalidInputError(`${where}: not a response of DescribeChangeSet: ${problem}`, {
      cause: page.error,
    });
  });
};
