import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleOptions, listFunctions } from '../../functions/build.ts';
import { type Resource, resourcesIn, stageOf } from './synthesised-stage.ts';

/** SDK command (without `Command`) -> IAM action it needs. A new command is added here with its action. */
const ACTION_OF: Readonly<Record<string, string>> = {
  BatchGet: 'dynamodb:BatchGetItem',
  Delete: 'dynamodb:DeleteItem',
  Get: 'dynamodb:GetItem',
  GetObject: 's3:GetObject',
  Invoke: 'lambda:InvokeFunction',
  ListObjectsV2: 's3:ListBucket',
  Put: 'dynamodb:PutItem',
  PutEvents: 'events:PutEvents',
  PutObject: 's3:PutObject',
  Query: 'dynamodb:Query',
  SendMessage: 'sqs:SendMessage',
  StartExecution: 'states:StartExecution',
  // A transaction of puts needs the permission to put.
  TransactWrite: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
};

/** What a function's adapters could call but the function never does, so that it is not allowed either. */
const NEVER_CALLED: Readonly<Record<string, readonly string[]>> = {
  // The key store can also add keys; only the issuer does. The registry and the run files are read by others.
  'receive-metrics': ['dynamodb:PutItem', 's3:GetObject'],
  'store-metrics': ['dynamodb:GetItem', 'dynamodb:Query'],
  'list-tenants': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
  'plan-forecast-run': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 's3:GetObject', 's3:ListBucket'],
  'forecast-batch': ['dynamodb:BatchGetItem'],
  'close-forecast-run': ['dynamodb:Query', 's3:PutObject'],
  'start-forecast-run': ['dynamodb:Query'],
  'query-api': ['dynamodb:BatchGetItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'detect-anomalies': ['dynamodb:BatchGetItem'],
  'plan-peer-comparison': ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
  // Lists, the graph and incidents are written by others.
  'diagnose-incident': ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
  // Changes are recorded there, scored here, and closed elsewhere: one store, used in part.
  'close-deployment-watch': ['dynamodb:Query'],
  // Incidents and anomalies are only read.
  'check-deployment': ['dynamodb:UpdateItem'],
  // Incidents are listed elsewhere, changes only read their list.
  'command-incidents': ['dynamodb:Query'],
  'command-changes': ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
  'issue-api-key': ['dynamodb:GetItem'],
};

/** Granted for the platform rather than for our code. */
const OF_THE_PLATFORM =
  /^(logs|xray):|^sqs:(?!SendMessage)|^s3:ListBucket$|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

/** What Lambda does in the name of a function's role: it names what a consumer gave up in a queue. */
const BY_LAMBDA: Readonly<Record<string, readonly string[]>> = {
  'detect-anomalies': ['sqs:SendMessage'],
  'compare-peers': ['sqs:SendMessage'],
  'plan-peer-comparison': ['sqs:SendMessage'],
};

const commandsIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/new (\w+)Command\(/g)].map(([, command]) => command ?? '');

const names = listFunctions();
const callable = new Map<string, ReadonlySet<string>>();

beforeAll(async () => {
  const { metafile } = await build({ ...bundleOptions(names, 'unwritten'), metafile: true, write: false });
  for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
    const name = output.split('/').at(-2) ?? '';
    const adapters = Object.entries(inputs)
      .filter(([file, { bytesInOutput }]) => file.startsWith('adapters/') && bytesInOutput > 0)
      .map(([file]) => file);
    if (output.endsWith('.mjs')) callable.set(name, new Set(adapters.flatMap(commandsIn)));
  }
});

const resources = resourcesIn(stageOf('prod'));
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
      .flatMap(({ Action }) => Action),
  );

const actionsOf = (name: string): Set<string> =>
  new Set(
    [...(callable.get(name) ?? [])].map((command) => ACTION_OF[command] ?? `unknown command ${command}`),
  );

describe.each(names)('%s', (name) => {
  it('may do what its adapters call, but for what it never calls', () => {
    const granted = grantedTo(name);
    const refused = [...actionsOf(name)].filter((action) => !granted.has(action));
    expect(new Set(refused)).toEqual(new Set(NEVER_CALLED[name]));
  });

  it('may do nothing that no adapter of it calls', () => {
    const needed = new Set([...actionsOf(name), ...(BY_LAMBDA[name] ?? [])]);
    const spare = [...grantedTo(name)].filter(
      (action) => !needed.has(action) && !OF_THE_PLATFORM.test(action),
    );
    expect(spare).toEqual([]);
  });
});
