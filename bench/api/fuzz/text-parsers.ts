/** Texts within requests that have a syntax of their own. */
import * as z from 'zod';
import { featuresOf } from '../../../core/changes/risk/engine/change-features.ts';
import { readPlannedChange } from '../../../core/changes/risk/formats/planned-change.ts';
import { ScimPatch } from '../../../core/platform/api/scim-patch.ts';
import type { PersonFields } from '../../../core/platform/provisioning/provisioned-person.ts';
import { patchGroup } from '../../../core/platform/scim/change-members.ts';
import { patchPerson } from '../../../core/platform/scim/change-person.ts';
import { readFilter } from '../../../core/platform/scim/scim-filter.ts';
import { readPath, USER_SCHEMA } from '../../../core/platform/scim/scim-path.ts';
import { decodeCursor, encodeCursor } from '../../../core/shared/cursor.ts';
import { MAX_INSTANT, MIN_INSTANT, parseInstant } from '../../../core/shared/instant.ts';
import { readTraceHeader, writeTraceHeader } from '../../../functions/runtime/tracing/trace-header.ts';
import { type FuzzedParser, holds, isSound, parser } from './parser.ts';
import { damagedOrGood, type Random } from './random-input.ts';
import { jsonText } from './random-json.ts';

const SCOPE = 'targets:acme';
const CURSORS = [['web-1'], ['ANOMALY#2026-11-21T10:00:00Z#web-1#cpu'], [0.5, 'web-1']];
const Position = z.union([z.tuple([z.string()]), z.tuple([z.number(), z.string()])]);

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
const INSTANTS = ['2026-11-21T10:00:00Z', '2026-11-21 10:00', '1795255200', '2026-11-21T10:00:00.5+01:00'];

const DIFF = `Stack Shop
IAM Statement Changes
┌───┬──────────────┬────────┬────────────────┬───────────┬───────────┐
│   │ Resource     │ Effect │ Action         │ Principal │ Condition │
├───┼──────────────┼────────┼────────────────┼───────────┼───────────┤
│ + │ \${Table.Arn} │ Allow  │ dynamodb:Query │ AWS:\${Fn} │           │
└───┴──────────────┴────────┴────────────────┴───────────┴───────────┘
Resources
[~] AWS::DynamoDB::Table Orders OrdersTable1A2B3C4D replace
 ├─ [~] KeySchema (requires replacement)
 │   └─ @@ -1,6 +1,6 @@
 └─ [-] TimeToLiveSpecification
     └─ {"Enabled":true}
[+] AWS::SQS::Queue Jobs JobsQueue1A2B3C4D
[-] AWS::S3::Bucket Old OldBucket1A2B3C4D destroy

✨  Number of stacks with differences: 1
`;

const CHANGE_SET = {
  ...{ StackName: 'Shop', ChangeSetName: 'c', Status: 'CREATE_COMPLETE' },
  Changes: [
    {
      Type: 'Resource',
      ResourceChange: {
        ...{ Action: 'Modify', LogicalResourceId: 'Table', ResourceType: 'AWS::DynamoDB::Table' },
        ...{ Replacement: 'True', Scope: ['Properties'], PolicyAction: 'ReplaceAndDelete' },
        Details: [
          {
            Target: { Attribute: 'Properties', Name: 'KeySchema', RequiresRecreation: 'Always' },
            ...{ Evaluation: 'Static', ChangeSource: 'DirectModification' },
          },
        ],
        BeforeContext: '{"Properties":{"KeySchema":[]}}',
        AfterContext: '{"Properties":{"KeySchema":[{"AttributeName":"id"}]}}',
      },
    },
  ],
};

const FILTERS = [
  'userName eq "ada"',
  'userName eq "a\\"b" and active eq true',
  'emails[type eq "work"].value eq "ada@example.com"',
  'displayName eq "viewers"',
];
const PATHS = ['members', 'members[value eq "1"]', 'name.familyName', 'emails[type eq "work"].value'];

const PERSON: PersonFields = { userName: 'ada', active: false, email: 'ada@example.com' };
const GROUP = { members: new Set(['1', '2']) };
const OPERATIONS = [
  { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@example.com' },
  { op: 'add', path: 'members', value: [{ value: '3' }] },
  { op: 'remove', path: 'members[value eq "1"]' },
  { op: 'replace', value: { active: 'False', 'name.givenName': 'Ada', externalId: 'x' } },
];

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

export const textParsers: readonly FuzzedParser[] = [
  parser(
    'cursors',
    damagedOrGood(CURSORS.map((position) => encodeCursor(SCOPE, position))),
    (text) => decodeCursor(SCOPE, text, Position),
    (position, text) => holds(encodeCursor(SCOPE, position) === text, 'one spelling of a position'),
  ),
  parser(
    'times',
    damagedOrGood(INSTANTS),
    (text) => {
      const seconds = parseInstant(text);
      return Number.isNaN(seconds) ? undefined : seconds;
    },
    (seconds) =>
      holds(Number.isInteger(seconds) && seconds >= MIN_INSTANT && seconds <= MAX_INSTANT, 'the range'),
  ),
  parser('trace headers', damagedOrGood([TRACE]), readTraceHeader, (header) => {
    holds(
      JSON.stringify(readTraceHeader(writeTraceHeader(header))) === JSON.stringify(header),
      'a round trip',
    );
  }),
  parser('SCIM filters', damagedOrGood(FILTERS), readFilter, (terms, text) => {
    holds(terms.length > 0 || text.trim() === '', 'a comparison');
  }),
  parser(
    'SCIM paths',
    damagedOrGood(PATHS),
    (text) => readPath(text, USER_SCHEMA),
    ({ attribute }) => {
      holds(/^[\w$.:-]+$/.test(attribute), 'the syntax of attributes');
    },
  ),
  parser(
    'SCIM operations',
    (random: Random) => jsonText(random, () => ({ Operations: OPERATIONS })),
    (text) => {
      const { success, data } = ScimPatch.safeParse(asJson(text));
      if (!success) return undefined;
      const { members, ...group } = patchGroup(GROUP, data.Operations);
      return { person: patchPerson(PERSON, data.Operations), members: [...members], group };
    },
    (changed) => isSound(changed),
  ),
  parser(
    'cdk diff',
    damagedOrGood([DIFF]),
    (text) => featuresOf(readPlannedChange('cdk-diff', text)),
    (features) => isSound(features),
  ),
  parser(
    'change sets',
    (random: Random) => jsonText(random, () => CHANGE_SET),
    (text) => featuresOf(readPlannedChange('cloudformation-change-set', asJson(text))),
    (features) => isSound(features),
  ),
];
