import type { Edit, EditedSetting } from './edit.ts';

const SIGNS = { Add: '[+]', Modify: '[~]', Remove: '[-]' } as const;

const impact = ({ action, replacement, disposal }: Edit): string => {
  if (action === 'Remove') return disposal === 'Retain' ? ' orphan' : ' destroy';
  if (replacement === 'True') return ' replace';
  return replacement === 'Conditional' ? ' may be replaced' : '';
};

const asValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const NEEDS = { Always: ' (requires replacement)', Conditionally: ' (may cause replacement)' } as const;

const settingLines = ({ name, before, after, recreates }: EditedSetting, isLast: boolean): string[] => {
  const [branch, stem] = isLast ? ['└', ' '] : ['├', '│'];
  const values = [
    ...(before === undefined ? [] : [` ${stem}   ├─ [-] ${asValue(before)}`]),
    ...(after === undefined ? [] : [` ${stem}   └─ [+] ${asValue(after)}`]),
  ];
  return [` ${branch}─ [~] ${name}${recreates === undefined ? '' : NEEDS[recreates]}`, ...values];
};

const resourceLines = (edit: Edit): string[] => {
  const settings = edit.action === 'Modify' ? (edit.settings ?? []) : [];
  return [
    `${SIGNS[edit.action]} ${edit.type} ${edit.name} ${edit.name}A1B2C3D4${impact(edit)}`,
    ...settings.flatMap((setting, at) => settingLines(setting, at === settings.length - 1)),
  ];
};

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const line = (cells: readonly string[]): string => `│ ${cells.join(' │ ')} │`;
  return ['┌───┬───┐', line(header), '├───┼───┤', ...rows.map(line), '└───┴───┘'];
};

const grantTable = (edits: readonly Edit[]): string[] => {
  const rows = edits.flatMap(({ name, statements = [] }) =>
    statements.flatMap(({ given, actions, resource }) =>
      actions.map((action, at) =>
        at === 0
          ? [given ? '+' : '-', resource, 'Allow', action, `AWS:\${${name}}`, '']
          : ['', '', '', action, '', ''],
      ),
    ),
  );
  const header = ['', 'Resource', 'Effect', 'Action', 'Principal', 'Condition'];
  return rows.length === 0 ? [] : ['IAM Statement Changes', ...table(header, rows)];
};

const ruleTable = (edits: readonly Edit[]): string[] => {
  const rows = edits.flatMap(({ name, rules = [] }) =>
    rules.map(({ added, port, peer }) => [
      added ? '+' : '-',
      `\${${name}.GroupId}`,
      'In',
      `TCP ${port}`,
      peer,
    ]),
  );
  const header = ['', 'Group', 'Dir', 'Protocol', 'Peer'];
  return rows.length === 0 ? [] : ['Security Group Changes', ...table(header, rows)];
};

/** A deployment in the output format of `cdk diff`. */
export const renderCdkDiff = (edits: readonly Edit[]): string =>
  [
    'Stack MadeUp',
    ...grantTable(edits),
    ...ruleTable(edits),
    'Resources',
    ...edits.flatMap(resourceLines),
    '',
    '✨  Number of stacks with differences: 1',
    '',
  ].join('\n');
