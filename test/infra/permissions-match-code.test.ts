import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleOptions, folderOf, listFunctions } from '../../functions/build.ts';
import { PROVISION_ACTIONS } from '../../lib/platform/provision-actions.ts';
import { type Resource, resourcesIn, stageOf, WITH_SWITCHES } from './synthesised-stage.ts';
import { grantsOf, on } from './table-grants.ts';

/** SDK command (without `Command`) -> IAM action it needs. A new command is added here with its action. */
const ACTION_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PROVISION_ACTIONS.map((action) => [action, `cognito-idp:${action}`])),
  BatchGet: 'dynamodb:BatchGetItem',
  Delete: 'dynamodb:DeleteItem',
  DescribeSecret: 'secretsmanager:DescribeSecret',
  FilterLogEvents: 'logs:FilterLogEvents',
  Get: 'dynamodb:GetItem',
  GetObject: 's3:GetObject',
  GetSecretValue: 'secretsmanager:GetSecretValue',
  Invoke: 'lambda:InvokeFunction',
  ListMessageMoveTasks: 'sqs:ListMessageMoveTasks',
  ListObjectsV2: 's3:ListBucket',
  ListSecretVersionIds: 'secretsmanager:ListSecretVersionIds',
  Put: 'dynamodb:PutItem',
  Publish: 'sns:Publish',
  PutEvents: 'events:PutEvents',
  PutObject: 's3:PutObject',
  PutSecretValue: 'secretsmanager:PutSecretValue',
  RotateSecret: 'secretsmanager:RotateSecret',
  Query: 'dynamodb:Query',
  SendMessage: 'sqs:SendMessage',
  StartExecution: 'states:StartExecution',
  SendTaskSuccess: 'states:SendTaskSuccess',
  StartMessageMoveTask: 'sqs:StartMessageMoveTask',
  AssumeRole: 'sts:AssumeRole',
  // A transaction of puts needs the permission to put.
  TransactWrite: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  UpdateSecretVersionStage: 'secretsmanager:UpdateSecretVersionStage',
};

/**
 * Calls that a function's adapters could make but the function never does, so that they are not allowed either. A wrong
 * entry fails `test/iam` as soon as an end-to-end test makes the call.
 */
const NEVER_CALLED: Readonly<Record<string, readonly string[]>> = {
  // Results of other contexts are only read.
  'check-deployment': [
    ...on('Blocks', 'BatchGetItem'),
    ...on('Anomalies', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Forecasts', 'PutItem'),
    ...on('Incidents', 'PutItem', 'Query', 'UpdateItem'),
    ...on('Settings', 'PutItem'),
  ],
  'check-silence': [...on('Targets', 'GetItem'), ...on('Settings', 'PutItem')],
  // Changes are recorded there, checked here, and closed elsewhere: one store, used in part.
  // The stores of versions and reports can also change and read them.
  'begin-secret-drill': ['secretsmanager:GetSecretValue'],
  'verify-secret-drill': ['s3:GetObject'],
  // It looks at labels, never at contents.
  'check-secrets': ['secretsmanager:GetSecretValue'],
  'close-deployment-watch': [...on('Changes', 'Query')],
  'heal-platform': [...on('Remediations', 'Query')],
  'close-forecast-run': [...on('Forecasts', 'Query')],
  'command-changes': [...on('Incidents', 'BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem')],
  // Their quotas count requests, not things.
  'command-incidents': [...on('Requests', 'BatchGetItem'), ...on('Incidents', 'Query')],
  'command-settings': [...on('Requests', 'BatchGetItem')],
  // It lists no remediations.
  'command-remediations': [...on('Requests', 'BatchGetItem'), ...on('Remediations', 'Query')],
  'issue-access-token': [...on('Requests', 'BatchGetItem')],
  'compare-peers': [...on('Settings', 'PutItem'), ...on('Blocks', 'Query')],
  'detect-anomalies': [
    ...on('Targets', 'Query'),
    ...on('Forecasts', 'PutItem'),
    ...on('Settings', 'PutItem'),
    ...on('Anomalies', 'Query'),
  ],
  // What led to a problem is read, and written by others; no stage without actions has roles to assume.
  'choose-action': [
    ...on('Remediations', 'Query'),
    ...on('Forecasts', 'DeleteItem', 'PutItem'),
    ...on('Incidents', 'BatchGetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...on('Changes', 'PutItem', 'Query'),
    ...on('Blocks', 'BatchGetItem'),
    ...on('Targets', 'Query'),
    'sts:AssumeRole',
  ],
  'request-approval': [
    ...on('Remediations', 'Query'),
    ...on('Blocks', 'BatchGetItem'),
    ...on('Targets', 'Query'),
  ],
  'execute-action': [
    ...on('Remediations', 'Query'),
    ...on('Blocks', 'BatchGetItem'),
    ...on('Forecasts', 'Query'),
    ...on('Targets', 'Query'),
    'sts:AssumeRole',
  ],
  'verify-remediation': [
    ...on('Remediations', 'Query'),
    ...on('Blocks', 'BatchGetItem'),
    ...on('Targets', 'Query'),
  ],
  'close-remediation': [...on('Remediations', 'Query'), ...on('Targets', 'Query')],
  'start-remediations': [
    ...on('Remediations', 'Query'),
    ...on('Incidents', 'BatchGetItem', 'PutItem', 'Query', 'UpdateItem'),
  ],
  // It follows the chain, and never looks for the decisions about one remediation.
  'anchor-decisions': [...on('Remediations', 'BatchGetItem')],
  // Incidents, targets and the graph are written by others.
  'diagnose-incident': [
    ...on('Blocks', 'BatchGetItem'),
    ...on('Incidents', 'BatchGetItem', 'UpdateItem'),
    ...on('Settings', 'PutItem'),
  ],
  'forecast-batch': [...on('Targets', 'Query'), ...on('Settings', 'PutItem')],
  'group-signals': [...on('Incidents', 'Query')],
  'list-tenants': [...on('Targets', 'GetItem')],
  'plan-forecast-run': [
    ...on('Targets', 'GetItem'),
    ...on('Forecasts', 'GetItem', 'Query'),
    's3:GetObject',
    's3:ListBucket',
  ],
  'plan-peer-comparison': [...on('Targets', 'GetItem')],
  'start-silence-checks': [...on('Targets', 'GetItem')],
  'query-api': [
    ...on('Requests', 'BatchGetItem'),
    ...on('Blocks', 'BatchGetItem'),
    ...on('Incidents', 'BatchGetItem', 'PutItem', 'UpdateItem'),
    ...on('Forecasts', 'DeleteItem', 'PutItem'),
    ...on('Anomalies', 'PutItem', 'UpdateItem'),
    ...on('Changes', 'PutItem'),
    ...on('Remediations', 'PutItem'),
    's3:PutObject',
    ...on('Settings', 'PutItem'),
  ],
  'receive-metrics': [...on('Settings', 'PutItem'), 's3:GetObject'],
  'receive-webhook': [
    ...on('Incidents', 'BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'),
    ...on('Settings', 'PutItem'),
  ],
  // Records are stored, read and deleted by others.
  'reencrypt-vault': [...on('Vault', 'DeleteItem', 'GetItem', 'PutItem')],
  'store-metrics': [...on('Blocks', 'Query')],
};

/**
 * They call resources in the roles of actions that they assume, which test/iam/action-roles.test.ts judges call by call.
 */
const IN_ROLES_OF_ACTIONS = /^adapters\/remediation\/resources\/(?!action-session\.ts$)/;

const commandsIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/new (\w+)Command\(/g)].map(([, command]) => command ?? '');

const names = listFunctions();
const callable = new Map<string, ReadonlySet<string>>();

/** Adapters of a bundle that `file` needs, with itself. */
const closureOf = (
  file: string,
  used: ReadonlySet<string>,
  inputs: Metafile['inputs'],
): ReadonlySet<string> => {
  const found = new Set([file]);
  for (const each of found)
    for (const { path } of inputs[each]?.imports ?? []) if (used.has(path)) found.add(path);
  return found;
};

const actionOf = (command: string): string => ACTION_OF[command] ?? `unknown command ${command}`;
const pascalCase = (constant: string): string =>
  constant.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The composition of a function: its own, and what it takes from `functions/runtime`. */
const compositionOf = (name: string): string => {
  const own = readFileSync(join(folderOf(name), 'index.ts'), 'utf8');
  // `api-access.ts` extends `key-access.ts`.
  const hasAccess = /runtime\/(?:api|key)-access\.ts'/.test(own);
  const shared = [
    ...(hasAccess ? ['functions/runtime/key-access.ts'] : []),
    ...(own.includes("runtime/breakers.ts'") ? ['functions/runtime/breakers.ts'] : []),
  ];
  return [own, ...shared.map((file) => readFileSync(file, 'utf8'))].join('\n');
};

/** Each store that a function composes: its file, and the table it is given. */
const storesOf = (name: string): { readonly file: string; readonly table: string }[] => {
  const source = compositionOf(name);
  const calls = source.matchAll(/(\w+)\((?:\{ \.\.\.)?table\(env\.(\w+)_TABLE_NAME\)/g);
  return [...calls].map(([, store, table = '']) => {
    const [, file] =
      new RegExp(`import \\{[^}]*\\b${store}\\b[^}]*\\} from '[./]+/(adapters/[^']+)'`).exec(source) ?? [];
    if (file === undefined) throw new TypeError(`${name} imports no adapter ${store}`);
    return { file, table: pascalCase(table) };
  });
};

/** Calls to DynamoDB count per table, all others per function. */
const callsOf = (name: string, used: ReadonlySet<string>, inputs: Metafile['inputs']): string[] => {
  const onTables = storesOf(name).flatMap(({ file, table }) =>
    [...closureOf(file, used, inputs)]
      .flatMap(commandsIn)
      .map(actionOf)
      .filter((action) => action.startsWith('dynamodb:'))
      .map((action) => `${action} ${table}`),
  );
  const others = [...used]
    .filter((file) => !IN_ROLES_OF_ACTIONS.test(file))
    .flatMap(commandsIn)
    .map(actionOf);
  return [...onTables, ...others.filter((action) => !action.startsWith('dynamodb:'))];
};

beforeAll(async () => {
  const { metafile } = await build({ ...bundleOptions(names, 'unwritten'), metafile: true, write: false });
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
    const name = output.split('/').at(-2) ?? '';
    const adapters = Object.entries(inputs)
      .filter(([file, { bytesInOutput }]) => file.startsWith('adapters/') && bytesInOutput > 0)
      .map(([file]) => file);
    if (output.endsWith('.mjs'))
      callable.set(name, new Set(callsOf(name, new Set(adapters), metafile.inputs)));
  }
});

const resources = resourcesIn(stageOf('prod', WITH_SWITCHES));
const roleOf = (name: string): string => {
  const functions = [...resources.values()].filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const own = functions.find(
    ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === name,
  );
  return own?.Properties.Role['Fn::GetAtt'][0];
};

const isPolicyOf =
  (role: string) =>
  ({ Type, Properties }: Resource): boolean =>
    Type === 'AWS::IAM::Policy' && Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role);

const grantedTo = (name: string): ReadonlySet<string> =>
  new Set(
    [...resources.values()]
      .filter(isPolicyOf(roleOf(name)))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .flatMap(grantsOf)
      .map((grant) => grant.replace(/ by index$/, '')),
  );

const actionsOf = (name: string): ReadonlySet<string> => callable.get(name) ?? new Set();

/** Permissions that nothing uses are found by `test/iam`, from recorded calls. */
describe.each(names)('%s', (name) => {
  it('has permission for the calls of its adapters, except those it never makes', () => {
    const granted = grantedTo(name);
    const refused = [...actionsOf(name)].filter((action) => !granted.has(action));
    expect(new Set(refused)).toEqual(new Set(NEVER_CALLED[name]));
  });
});
