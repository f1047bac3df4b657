/** Reads the `Resources` of `cdk diff`: one line per resource, and a tree of the settings that change. */
import { InvalidInputError } from '../../../shared/errors.ts';
import type {
  Disposal,
  PlannedAction,
  PlannedResource,
  PlannedSetting,
  Replacement,
} from '../engine/planned-resource.ts';
import type { DiffLine } from './cdk-diff-table.ts';

export type { DiffLine } from './cdk-diff-table.ts';

export interface FoundResource {
  readonly resource: PlannedResource;
  /** Its names in other parts of the diff: construct path and logical ID. */
  readonly names: readonly string[];
}

const [MOVE, VIA] = [' (OR move ', ' via refactoring)'];
const IMPACT = / (may be replaced|replace|destroy|orphan|import)$/;
/** One space, a branch and a dash start a setting of the resource; deeper lines belong to the setting. */
const SETTING = /^ [├└]─ \[([+~-])\] (\S+?)(?: \((may cause|requires) replacement\))?$/;
/** Matches every line that begins with a space. */
const VALUE = /^[ │]+(?:[├└]─ +)?(?:\[([+~ -])\] )?(.*)$/s;

const ACTIONS = new Map<string, PlannedAction>([
  ['+', 'add'],
  ['~', 'modify'],
  ['-', 'remove'],
  ['←', 'import'],
]);
const IMPACTS = new Map<string, Replacement>([
  ['replace', 'always'],
  ['may be replaced', 'maybe'],
]);
const DISPOSALS = new Map<string, Disposal>([
  ['destroy', 'deleted'],
  ['orphan', 'kept'],
]);
const NEEDS = new Map<string, Replacement>([
  ['requires', 'always'],
  ['may cause', 'maybe'],
]);

interface OpenSetting {
  readonly sign: string;
  readonly name: string;
  readonly replacement: Replacement;
  readonly before: string[];
  readonly after: string[];
}

interface OpenResource {
  readonly head: Omit<PlannedResource, 'settings'>;
  readonly names: readonly string[];
  readonly settings: OpenSetting[];
}

/** The parts of a line such as `[~] AWS::SQS::Queue Jobs JobsDF1CC2D4`; undefined for other lines. */
const resourceIn = (text: string) => {
  const end = text.indexOf(' ', '[~] '.length);
  const type = text.slice('[~] '.length, end);
  const separator = type.indexOf('::', 1);
  const isType = separator > 0 && separator + 2 < type.length && !/\s/.test(type);
  if (end < 0 || !isType || text[2] !== ']' || text[3] !== ' ' || end + 1 === text.length) return undefined;
  return { sign: text.charAt(1), type, rest: text.slice(end + 1) };
};

const withoutMove = (rest: string): string => {
  const start = rest.indexOf(MOVE);
  const isMove = start >= 0 && rest.endsWith(VIA) && start + MOVE.length + VIA.length <= rest.length;
  return isMove ? rest.slice(0, start) : rest;
};

const openResource = (stack: string, { text, number }: DiffLine): OpenResource => {
  const found = resourceIn(text);
  if (found === undefined) {
    throw new InvalidInputError(
      `cdk diff line ${number}: found ${JSON.stringify(text.slice(0, 80))}, expected a resource such as "[~] AWS::SQS::Queue Jobs JobsDF1CC2D4"`,
    );
  }
  const { sign, type } = found;
  const rest = withoutMove(found.rest);
  const impact = IMPACT.exec(rest)?.[1] ?? '';
  const named = rest.replace(IMPACT, '');
  const logicalId = named.split(' ').at(-1)!;
  const path = named.slice(0, -logicalId.length).trim();
  const action = ACTIONS.get(sign) ?? 'unknown';
  const replacement = IMPACTS.get(impact) ?? 'never';
  const disposal = DISPOSALS.get(impact) ?? 'unstated';
  return {
    head: { stack, logicalId, ...(path === '' ? {} : { path }), type, action, replacement, disposal },
    names: path === '' ? [logicalId] : [path, logicalId],
    settings: [],
  };
};

/** Adds a value under its own sign, or that of the setting if it has none. Headings of deeper levels are skipped. */
const addValue = (setting: OpenSetting, text: string): void => {
  const [, ownSign, rest] = VALUE.exec(text)!;
  const value = rest!.trim();
  if (value === '' || value.startsWith('@@') || /^\.\S+:$/.test(value)) return;
  const sign = ownSign ?? setting.sign;
  if (sign === '-') setting.before.push(value);
  if (sign === '+') setting.after.push(value);
};

const closeSetting = ({ name, replacement, before, after }: OpenSetting): PlannedSetting => ({
  name,
  replacement,
  ...(before.length === 0 ? {} : { before: before.join('\n') }),
  ...(after.length === 0 ? {} : { after: after.join('\n') }),
});

/** For a replaced resource, the diff shows the policy only if it changes; then the new policy applies. */
const disposalOf = (head: OpenResource['head'], settings: readonly PlannedSetting[]): Disposal => {
  const policy = settings.find(({ name }) => name === 'UpdateReplacePolicy')?.after;
  if (head.disposal !== 'unstated' || head.replacement === 'never' || policy === undefined)
    return head.disposal;
  if (policy.includes('Retain')) return 'kept';
  return policy.includes('Snapshot') ? 'snapshot' : 'deleted';
};

const closeResource = ({ head, names, settings: open }: OpenResource): FoundResource => {
  const settings = open.map(closeSetting);
  return { resource: { ...head, disposal: disposalOf(head, settings), settings }, names };
};

export const readResources = (stack: string, lines: readonly DiffLine[]): FoundResource[] => {
  const resources: OpenResource[] = [];
  for (const line of lines) {
    if (line.text.startsWith('[')) {
      resources.push(openResource(stack, line));
      continue;
    }
    const resource = resources.at(-1);
    const setting = SETTING.exec(line.text);
    if (resource === undefined) continue;
    if (setting !== null) {
      const [, sign, name, needs] = setting;
      const replacement = NEEDS.get(needs ?? '') ?? 'never';
      resource.settings.push({ sign: sign!, name: name!, replacement, before: [], after: [] });
    } else if (line.text.startsWith(' ') && resource.settings.length > 0) {
      addValue(resource.settings.at(-1)!, line.text);
    }
  }
  return resources.map(closeResource);
};
