/** Reads what `cdk diff` prints (format of @aws-cdk/cloudformation-diff, lib/format.ts). */
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

/** Escape sequences of terminals (ECMA-48): `cdk diff` colours what it prints. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
const STACK = /^Stack (\S.*?)(?: \(.*\))?$/;
const HEADING =
  /^(?:(?:IAM Statement|IAM Policy|IAM Identity Center|Security Group|Other) Changes|Template|Parameters|Metadata|Mappings|Rules|Conditions|Transform|Resources|Outputs|Unknown|Hooks)$/;
/** What a diff without a single difference still says. */
const NOTHING = /There were no differences|Number of stacks with differences: 0/;
/** The last thing that it says. */
const CLOSING = /Number of stacks with differences: \d/;
const SHOWN = 60;

/** The lines of one stack, by the heading that they stand under. */
interface StackDiff {
  readonly name: string;
  readonly sections: Map<string, DiffLine[]>;
}

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
    const stack = STACK.exec(line);
    if (stack !== null) {
      section = [];
      open(stack[1]!);
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
        // Inverted ones print as `NOT`: everything but what is named.
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

/** Whether a text such as `AWS:${Handler/ServiceRole}` or `${Orders.Arn}` speaks of one of these resources. */
const speaksOf = (text: string, names: ReadonlySet<string>): boolean =>
  [...text.matchAll(/\$\{([^}]+)\}/g)].some(
    ([, name]) => names.has(name!) || names.has(name!.replace(/\.[^./]+$/, '')),
  );

const allSpeakOf = (texts: readonly string[], names: ReadonlySet<string>): boolean =>
  texts.length > 0 && texts.every((text) => speaksOf(text, names));

/**
 * Whether a change of access makes a difference to what was there before: not where it is taken from, or on, something
 * that goes as a whole, and not a denial on something new.
 */
const matters = (grant: PlannedGrant, gone: ReadonlySet<string>, fresh: ReadonlySet<string>): boolean => {
  const { given, effect, principals, resources } = grant;
  if (given) return effect === 'allow' || !allSpeakOf(resources, fresh);
  return !(allSpeakOf(principals, gone) || allSpeakOf(resources, gone));
};

const readStack = ({ name, sections }: StackDiff): PlannedChange => {
  const found = readResources(name, sections.get('Resources') ?? []);
  const namesOf = (action: PlannedResource['action']): ReadonlySet<string> =>
    new Set(found.filter(({ resource }) => resource.action === action).flatMap(({ names }) => names));
  const [gone, fresh] = [namesOf('remove'), namesOf('add')];
  const resources: PlannedResource[] = found.map(({ resource }) => resource);
  const grants = readGrants(name, sections).filter((grant) => matters(grant, gone, fresh));
  const rules = readRules(name, sections)
    .filter(({ rule, group }) => rule.added || !speaksOf(group, gone))
    .map(({ rule }) => rule);
  const differs = resources.length + grants.length + rules.length > 0;
  return { stacks: differs ? [name] : [], resources, grants, rules };
};

/** Reads the text that `cdk diff` prints, of one stack or several. */
export const readCdkDiff = (content: unknown): PlannedChange => {
  if (typeof content !== 'string')
    throw new InvalidInputError(`cdk diff: found ${typeof content}, expected the text that cdk diff prints`);
  const text = content.replace(ESCAPES, '');
  const stacks = splitStacks(text);
  if (stacks.length === 0 && !NOTHING.test(text)) {
    const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
    throw new InvalidInputError(
      `cdk diff: found ${first === '' ? 'no text' : JSON.stringify(first.slice(0, SHOWN))}, expected what cdk diff prints: "Stack NAME", then "Resources" with lines such as "[~] AWS::SQS::Queue Jobs"`,
    );
  }
  return combineChanges(stacks.map(readStack));
};

/**
 * Refuses the text of a `cdk diff` that was cut short: what is not there cannot be weighed, and half a diff looks harmless.
 * @throws InvalidInputError
 */
export const checkWhole = (text: string): void => {
  if (CLOSING.test(text.replace(ESCAPES, ''))) return;
  throw new InvalidInputError(
    'cdk diff: found no last line "Number of stacks with differences: ...", expected all that cdk diff prints (with 2>&1): it was cut short, or failed',
  );
};
