/** Planned changes. */
import { deep, type HostileRequest, post, repeated } from './request.ts';

const plan = (content: unknown, format = 'cdk-diff') => ({ plan: { format, content } });
const LONG = 390_000;

export const plans = (): HostileRequest[] => {
  const diffs: readonly (readonly [string, string])[] = [
    ['headings that almost end', `Stack a${repeated(' (', LONG)}`],
    ['a type of separators', `Stack a\nResources\n[~] ${repeated(':', LONG)}`],
    ['moves that never end', `Stack a\nResources\n[~] AWS::SQS::Queue a${repeated(' (OR move ', LONG)}`],
    [
      'references that never end',
      `Stack a\nIAM Statement Changes\n│   │ Resource │ Effect │\n│ + │ ${repeated('${', LONG)} │ Allow │`,
    ],
    [
      'a condition of words',
      `Stack a\nIAM Statement Changes\n│   │ Effect │ Condition │\n│ - │ Deny │ ${repeated('a', LONG)} │`,
    ],
    ['spaces', `Stack a\nResources\n[~] AWS::SQS::Queue a b\n ├─ [~] A\n${repeated(' ', LONG)}\u2028`],
    ['escape sequences', repeated('\u001b[', LONG)],
    ['lines', repeated('\n', LONG)],
    ['U+FFFF', 'Stack \uffff'],
  ];
  const sets: readonly (readonly [string, unknown])[] = [
    [
      'a nested context',
      {
        StackName: 's',
        Changes: [
          {
            ResourceChange: {
              Action: 'Add',
              LogicalResourceId: 'A',
              ResourceType: 'T',
              AfterContext: deep(30_000),
            },
          },
        ],
      },
    ],
    ['a nested text', deep(60_000)],
    ['no JSON', '{'],
    ['many wrong changes', { StackName: 's', Changes: Array.from({ length: 100_000 }, () => 1) }],
    ['many pages', Array.from({ length: 12_000 }, (_, i) => ({ StackName: `s${i}`, Changes: [] }))],
    [
      'a failure at length',
      { StackName: 's', Status: 'FAILED', StatusReason: repeated('x', LONG), Changes: [] },
    ],
    [
      'actions that every object has',
      {
        StackName: 's',
        Changes: [
          {
            ResourceChange: {
              Action: 'constructor',
              LogicalResourceId: 'A',
              ResourceType: 'toString',
              PolicyAction: '__proto__',
            },
          },
        ],
      },
    ],
    ['an empty list', []],
  ];
  return [
    ...diffs.map(
      ([name, content]): HostileRequest => ({
        name: `a cdk diff of ${name}`,
        ...post('/v1/changes/assess', plan(content)),
        expected: 'answered',
      }),
    ),
    ...sets.map(
      ([name, content]): HostileRequest => ({
        name: `a change set of ${name}`,
        ...post('/v1/changes/assess', plan(content, 'cloudformation-change-set')),
        expected: 'answered',
      }),
    ),
    {
      name: 'a plan of an unknown format',
      ...post('/v1/changes/assess', plan('x', 'constructor')),
      expected: 400,
    },
  ];
};
