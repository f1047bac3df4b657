/** Reads the output of `cdk diff` (format of @aws-cdk/cloudformation-diff, lib/format.ts). */
import { InvalidInputError } from '../../../shared/errors.ts';
import {
  combineChanges,
  type PlannedChange,
  type PlannedGrant,
  type PlannedResource,
  type PlannedRule,
} from '../engine/planned-resource.ts';
import { type DiffLine, readResources } from './cdk-diff-resources.ts';
import { readTable } from './cdk-diff-table.ts';
import { isAboutTransport, managedGrant } from './policy-changes.ts';

/** Terminal escape sequences (ECMA-48): `cdk diff` colours its output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
const HEADING =
  /^(?:(?:IAM Statement|IAM Policy|IAM Identity Center|Security Group|Other) Changes|Template|Parameters|Metadata|Mappings|Rules|Conditions|Transform|Resources|Outputs|Unknown|Hooks)$/;
/** Output of a diff without differences. */
const NOTHING = /There were no differences|Number of stacks with differences: 0/;
/** The last line of a complete diff. */
const CLOSING = /Number of stacks with differences: \d/;
const MAX_SHOWN = 60;

/** The lines of one stack, by heading. */
interface StackDiff {
  readonly name: string;
  readonly sections: Map<string, DiffLine[]>;
}

const STACK = 'Stack ';

/** The name in a heading such as `Stack Orders (orders-prod)`; undefined for other lines. */
const stackIn = (line: string): string | undefined => {
  const heading = line.slice(STACK.length);
  if (!line.startsWith(STACK) || heading.trimStart() !== heading || heading === '') return undefined;
  const note = heading.endsWith(')') ? heading.indexOf(' (', 1) : -1;
  return note < 0 ? heading : heading.slice(0, note);
};

const UNNAMED = '(unnamed)';

const splitStacks = (text: string): StackDiff[] => {
  const stacks: StackDiff[] = [];
  let section: DiffLine[] = [];
  const open = (name: string): StackDiff => {
    const stack = { name, sections: new Map<string, DiffLine[]>() };
    stacks.push(stack);
    return stack;
  };
  text.split(/\r?\n/).forEach((raw, at) => {
    const line = raw.trimEnd();
    const stack = stackIn(line);
    if (stack !== undefined) {
      section = [];
      open(stack);
    } else if (HEADING.test(line)) {
      const current = stacks.at(-1) ?? open(UNNAMED);
      section = current.sections.get(line) ?? [];
      current.sections.set(line, section);
    } else {
      section.push({ number: at + 1, text: line });
    }
  });
  return stacks;
};

const lines = (cell: string | undefined): string[] => (cell ?? '').split('\n').filter((line) => line !== '');

const readGrants = (stack: string, sections: StackDiff['sections']): PlannedGrant[] => [
  ...readTable(sections.get('IAM Statement Changes') ?? [])
    .filter(({ cells }) => cells.Effect !== 'Deny' || !isAboutTransport(cells.Condition ?? ''))
    .map(
      ({ sign, cells }): PlannedGrant => ({
        stack,
        given: sign === '+',
        // `NOT` marks NotAction, NotResource and NotPrincipal: everything except the name.
        effect: cells.Effect === 'Deny' ? 'deny' : 'allow',
        actions: lines(cells.Action).map((action) => (action.startsWith('NOT') ? '*' : action)),
        resources: lines(cells.Resource).map((name) => (name.startsWith('NOT') ? '*' : name)),
        principals: lines(cells.Principal).map((name) => (name.startsWith('NOT') ? '*' : name)),
        isConditional: lines(cells.Condition).length > 0,
      }),
    ),
  ...readTable(sections.get('IAM Policy Changes') ?? []).map(({ sign, cells }) => ({
    ...managedGrant(stack, sign === '+', lines(cells['Managed Policy ARN']).join('')),
    principals: lines(cells.Resource),
  })),
];

interface GroupRule {
  readonly rule: PlannedRule;
  readonly group: string;
}

const readRules = (stack: string, sections: StackDiff['sections']): GroupRule[] =>
  readTable(sections.get('Security Group Changes') ?? []).map(({ sign, cells }) => ({
    rule: {
      stack,
      added: sign === '+',
      flow: cells.Dir === 'In' ? 'in' : 'out',
      ports: lines(cells.Protocol).join(' '),
      peer: lines(cells.Peer).join(' '),
    },
    group: cells.Group ?? '',
  }));

/** True if a text such as `AWS:${Handler/ServiceRole}` or `${Orders.Arn}` refers to one of these resources. */
const refersTo = (text: string, names: ReadonlySet<string>): boolean =>
  [...text.matchAll(/\$\{([^{}]+)\}/g)].some(
    ([, name]) => names.has(name!) || names.has(name!.replace(/\.[^./]+$/, '')),
  );

const allReferTo = (texts: readonly string[], names: ReadonlySet<string>): boolean =>
  texts.length > 0 && texts.every((text) => refersTo(text, names));

/**
 * True if a change of access affects existing resources. Removing access from or to a removed resource does not, nor
 * does a denial on a new resource.
 */
const matters = (grant: PlannedGrant, gone: ReadonlySet<string>, fresh: ReadonlySet<string>): boolean => {
  const { given, effect, principals, resources } = grant;
  if (given) return effect === 'allow' || !allReferTo(resources, fresh);
  return !(allReferTo(principals, gone) || allReferTo(resources, gone));
};

const readStack = ({ name, sections }: StackDiff): PlannedChange => {
  const found = readResources(name, sections.get('Resources') ?? []);
  const namesOf = (action: PlannedResource['action']): ReadonlySet<string> =>
    new Set(found.filter(({ resource }) => resource.action === action).flatMap(({ names }) => names));
  const [gone, fresh] = [namesOf('remove'), namesOf('add')];
  const resources: PlannedResource[] = found.map(({ resource }) => resource);
  const grants = readGrants(name, sections).filter((grant) => matters(grant, gone, fresh));
  const rules = readRules(name, sections)
    .filter(({ rule, group }) => rule.added || !refersTo(group, gone))
    .map(({ rule }) => rule);
  const differs = resources.length + grants.length + rules.length > 0;
  return { stacks: differs ? [name] : [], resources, grants, rules };
};

/** Reads the output of `cdk diff` for one or more stacks. */
export const readCdkDiff = (content: unknown): PlannedChange => {
  if (typeof content !== 'string')
    throw new InvalidInputError(`cdk diff: found ${typeof content}, expected the output of cdk diff as text`);
  const text = content.replace(ESCAPES, '');
  const stacks = splitStacks(text);
  if (stacks.length === 0 && !NOTHING.test(text)) {
    const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
    throw new InvalidInputError(
      `cdk diff: found ${first === '' ? 'no text' : JSON.stringify(first.slice(0, MAX_SHOWN))}, expected the output of cdk diff: "Stack NAME", then "Resources" with lines such as "[~] AWS::SQS::Queue Jobs"`,
    );
  }
  return combineChanges(stacks.map(readStack));
};

/** The last line of a section: a resource or output, a part of a tree, or the frame of a table. */
const ENTRY = /^(?:\[[+~-]\] | +[│├└[]|[│└])/;

/**
 * True if the text has no summary but ends like the output of a CDK CLI older than 2.89, which did not print one
 * (https://github.com/aws/aws-cdk/pull/26297): with the blank line that closes a section, or without differences.
 */
export const endsAsOldDiff = (text: string): boolean => {
  const plain = text.replace(ESCAPES, '');
  if (CLOSING.test(plain)) return false;
  const body = plain.trimEnd();
  const lastLine = body.slice(body.lastIndexOf('\n') + 1);
  if (lastLine === 'There were no differences') return true;
  return plain.slice(body.length).split('\n').length > 2 && ENTRY.test(lastLine);
};

/**
 * Refuses the output of a `cdk diff` that was cut off, because half a diff looks harmless.
 * @throws InvalidInputError
 */
export const requireComplete = (text: string): void => {
  if (CLOSING.test(text.replace(ESCAPES, ''))) return;
  const reason = endsAsOldDiff(text)
    ? 'the CDK CLI is older than 2.89 (update it, or pass the change set), or it failed before the next stack'
    : 'it was cut off or failed';
  throw new InvalidInputError(
    `cdk diff: found no last line "Number of stacks with differences: ...", expected the complete output of cdk diff (with 2>&1); ${reason}`,
  );
};
