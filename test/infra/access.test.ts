/** Every way into a stage from outside checks who is there: routes, functions and anything else with an address. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { OPERATIONS } from '../../core/api/operations.ts';
import { API_FUNCTIONS, type ApiFunctionName, type Operation } from '../../core/platform/api/operation.ts';
import { SCOPES } from '../../core/platform/permissions.ts';
import { folderOf } from '../../functions/build.ts';
import { gatewayRoutes } from '../../lib/api/gateway-routes.ts';
import { httpEvent } from '../fixtures/http-events.ts';
import { sampleKey } from '../fixtures/identities.ts';
import { handlerOf, pathOf } from '../harness/every-handler.ts';
import {
  type Resource,
  resourcesIn,
  resourcesOfType,
  stageOf,
  text,
  WITH_SWITCHES,
} from './synthesised-stage.ts';
import { grantsOf } from './table-grants.ts';

/** Operations without a caller, each with the reason. */
const OPEN: Readonly<Record<string, string>> = {
  getHealth: 'answers a constant',
  getOpenApi: 'answers the same document to every caller',
  receiveChange: 'its handler verifies the signature of the webhook, which names the tenant',
  openApprovalLink: 'its link is signed for a person and a plan; it shows the plan and changes nothing',
  answerByLink: 'its link is signed for a person and a plan, and answers once, in the name of that person',
};

interface Entrance {
  /** `GET /v1/targets`. */
  readonly route: string;
  /** Folder of the function. */
  readonly fn: string;
}

/** What the role of a function may do, as `dynamodb:GetItem ApiKeys`. */
type Grants = (fn: string) => readonly string[];

const keyOf = ({ method, path, gatewayPath = path }: Operation): string =>
  `${method.toUpperCase()} ${gatewayPath}`;

/** What is wrong with a way into the API. */
const findingsOf = (
  { route, fn }: Entrance,
  operations: Readonly<Record<string, Operation>>,
  grants: Grants,
): string[] => {
  const served = Object.entries(operations).filter(([, operation]) => keyOf(operation) === route);
  const isFallback = gatewayRoutes([]).some(
    ({ method, path, servedBy }) => route === `${method} ${path}` && fn === servedBy,
  );
  if (served.length === 0 && !isFallback) return [`${route} belongs to no operation`];
  if (!(API_FUNCTIONS as readonly string[]).includes(fn)) return [`${route} leads to ${fn}`];
  const open = served.filter(([id, { needs }]) => needs === 'none' && OPEN[id] === undefined);
  return [
    ...open.map(([id]) => `${route}: ${id} needs no caller`),
    ...(grants(fn).includes('dynamodb:GetItem ApiKeys') ? [] : [`${fn} cannot look up API keys`]),
  ];
};

const stage = stageOf('prod', WITH_SWITCHES);
const edge = resourcesIn(stage, ['edge']);

type Resources = ReadonlyMap<string, Resource>;

const referredBy = (value: unknown, resources: Resources): Resource => {
  const id = /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(text(value))?.[1];
  const found = resources.get(`edge/${id}`);
  if (found === undefined) throw new Error(`${text(value)} refers to nothing`);
  return found;
};

const nameOf = ({ Properties }: Resource): string => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME;

const entrancesIn = (resources: Resources): readonly Entrance[] =>
  [...resources.values()]
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    .map(({ Properties: { RouteKey, Target } }) => {
      const { IntegrationUri } = referredBy(Target['Fn::Join'][1].at(-1), resources).Properties;
      return { route: String(RouteKey), fn: nameOf(referredBy(IntegrationUri, resources)) };
    });

const entrances = entrancesIn(edge);

const grantsByFunction = (): ReadonlyMap<string, readonly string[]> => {
  const functions = resourcesOfType(stage, 'AWS::Lambda::Function', ['edge']);
  const policies = [...edge.values()].filter(({ Type }) => Type === 'AWS::IAM::Policy');
  return new Map(
    functions.map((fn) => {
      const role: string = fn.Properties.Role['Fn::GetAtt'][0];
      const own = policies.filter(({ Properties }) =>
        Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role),
      );
      const statements = own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
      return [nameOf(fn), statements.flatMap(grantsOf)];
    }),
  );
};

const grants = grantsByFunction();
const GRANTS: Grants = (fn) => grants.get(fn) ?? [];

describe('each route', () => {
  it.each(entrances)('$route checks its caller', (entrance) => {
    expect(findingsOf(entrance, OPERATIONS, GRANTS)).toEqual([]);
  });

  it('is an operation that declares what it needs, or one of the open ones', () => {
    const operations: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
    const open = operations.filter(([, { needs }]) => needs === 'none').map(([id]) => id);
    expect(new Set(open)).toEqual(new Set(Object.keys(OPEN)));
    for (const [id, { needs, quota }] of operations)
      expect([id, needs === 'none']).toEqual([id, quota === 'none']);
  });
});

it('a route that is planted in the stage is found', () => {
  const [, one] = [...edge].find(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route')!;
  const open = { ...one, Properties: { ...one.Properties, RouteKey: 'GET /v1/open' } };
  const found = entrancesIn(new Map([...edge, ['edge/Planted', open]])).flatMap((entrance) =>
    findingsOf(entrance, OPERATIONS, GRANTS),
  );
  expect(found).toEqual(['GET /v1/open belongs to no operation']);
});

describe('a planted route is found:', () => {
  const good = { route: 'GET /v1/targets', fn: 'query-api' };
  const operation: Operation = OPERATIONS.listTargets;
  const found = (
    over: Partial<Entrance>,
    operations: Readonly<Record<string, Operation>> = OPERATIONS,
    granted: Grants = GRANTS,
  ) => findingsOf({ ...good, ...over }, operations, granted);

  it.each([
    ['without an operation', found({ route: 'GET /v1/secrets' }), 'GET /v1/secrets belongs to no operation'],
    ['for any path', found({ route: '$default' }), '$default belongs to no operation'],
    [
      'of the fallback elsewhere',
      found({ route: 'ANY /v1/{proxy+}', fn: 'command-settings' }),
      'no operation',
    ],
    ['to another function', found({ fn: 'forecast-batch' }), 'GET /v1/targets leads to forecast-batch'],
    ['to an open operation', found({}, { listTargets: { ...operation, needs: 'none' } }), 'needs no caller'],
    ['to a function without keys', found({}, OPERATIONS, () => []), 'cannot look up API keys'],
  ])('%s', (_, findings, expected) => {
    expect(findings).toEqual([expect.stringContaining(expected)]);
  });
});

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const operationsOf = (fn: ApiFunctionName): readonly (readonly [string, Operation])[] =>
  Object.entries<Operation>(OPERATIONS).filter(([id, { servedBy }]) => servedBy === fn && !(id in OPEN));

/** Credentials that open nothing, by who sends them. */
const STRANGERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nobody: {},
  'an unknown key': { authorization: `Bearer ${sampleKey('acme', 7).text}` },
  'an unknown key in x-api-key': { 'x-api-key': sampleKey('acme', 7).text },
  'a malformed token': { authorization: 'Bearer aa.bb.cc' },
  'a password': { authorization: 'Basic cm9vdDpyb290' },
};

/** Requests of strangers that a function does not answer with 401. */
const answersToStrangers = async (fn: ApiFunctionName, handler: Handler): Promise<readonly string[]> => {
  const findings: string[] = [];
  for (const [id, operation] of operationsOf(fn))
    for (const [who, headers] of Object.entries(STRANGERS)) {
      const event = httpEvent(operation.method.toUpperCase(), pathOf(operation), { headers });
      const reply = await handler(event, { functionName: fn, awsRequestId: 'r' } as Context);
      const { statusCode } = z.object({ statusCode: z.number() }).parse(reply);
      if (statusCode !== 401) findings.push(`${id} answers ${statusCode} to ${who}`);
    }
  return findings;
};

/** Values of variables that refer to other resources. */
const referred = (name: string): string => {
  if (name.endsWith('_URL')) return 'https://sqs.us-east-1.amazonaws.com/000000000000/queue';
  if (name === 'USER_POOL_ID') return 'us-east-1_pool';
  return name.endsWith('_ARN') ? 'arn:aws:states:us-east-1:000000000000:stateMachine:one' : 'name';
};

const environmentOf = (fn: string): Readonly<Record<string, unknown>> =>
  resourcesOfType(stage, 'AWS::Lambda::Function', ['edge']).find((each) => nameOf(each) === fn)?.Properties
    .Environment.Variables;

/** The function as it is deployed: its entry, with the environment of the template. */
const deployed = async (fn: ApiFunctionName): Promise<Handler> => {
  for (const [name, value] of Object.entries(environmentOf(fn)))
    vi.stubEnv(name, typeof value === 'string' ? value : referred(name));
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  const { handler } = await import(pathToFileURL(join(folderOf(fn), 'index.ts')).href);
  return handler;
};

describe('a function behind the API', () => {
  // No table has a key.
  const dynamo = mockClient(DynamoDBDocumentClient);
  dynamo.onAnyCommand().resolves({});
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => dynamo.restore());

  it.each(API_FUNCTIONS)('%s answers no stranger', async (fn) => {
    expect(operationsOf(fn).length).toBeGreaterThan(0);
    expect(await answersToStrangers(fn, await deployed(fn))).toEqual([]);
  });

  it('is found if it lets anyone in, however it is written', async () => {
    // Its `authenticate` returns the same caller for each request.
    const { handler: open } = handlerOf('command-settings', SCOPES);
    expect(await answersToStrangers('command-settings', open)).toEqual(
      ['replaceWebhookSecrets', 'putSettings'].flatMap((id) =>
        Object.keys(STRANGERS).map((who) => expect.stringMatching(`${id} answers \\d+ to ${who}$`)),
      ),
    );
    expect(await answersToStrangers('query-api', async () => ({ statusCode: 200 }))).not.toEqual([]);
  });
});

/** Resources that have an address on the internet, besides the HTTP API. */
const ADDRESSES =
  /^AWS::(?:Lambda::Url|ApiGateway::|ApiGatewayV2::(?!Api$|Route$|Integration$|Stage$)|AppSync::|CloudFront::|ElasticLoadBalancingV2::|EC2::|ECS::|IoT::|AppRunner::|Transfer::|Amplify::)/;

describe.each(['local', 'dev', 'prod'] as const)('stage %s', (name) => {
  const resources = [...resourcesIn(stageOf(name)).values()];

  it('has no other address on the internet', () => {
    expect(resources.map(({ Type }) => Type).filter((type) => ADDRESSES.test(type))).toEqual([]);
    const apis = resources.filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Api');
    expect(apis.map(({ Properties }) => Properties.ProtocolType)).toEqual(['HTTP']);
  });
});

it.each(['AWS::Lambda::Url', 'AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::ApiMapping'])(
  'a planted address is found: %s',
  (type) => {
    expect(ADDRESSES.test(type)).toBe(true);
  },
);
