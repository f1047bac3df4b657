/** Every way into a stage from outside checks who is there: routes, functions and anything else with an address. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../core/api/operations.ts';
import { API_FUNCTIONS, type Operation } from '../../core/platform/api/operation.ts';
import { folderOf } from '../../functions/build.ts';
import { gatewayRoutes } from '../../lib/api/gateway-routes.ts';
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
};

interface Entrance {
  /** `GET /v1/targets`. */
  readonly route: string;
  /** Folder of the function. */
  readonly fn: string;
}

/** Reads what a function is made of. */
interface Sources {
  readonly handler: (fn: string) => string;
  readonly composition: (fn: string) => string;
  /** What its role may do, as `dynamodb:GetItem ApiKeys`. */
  readonly grants: (fn: string) => readonly string[];
}

const keyOf = ({ method, path, gatewayPath = path }: Operation): string =>
  `${method.toUpperCase()} ${gatewayPath}`;

/** What is wrong with a way into the API. */
const findingsOf = (
  { route, fn }: Entrance,
  operations: Readonly<Record<string, Operation>>,
  sources: Sources,
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
    ...(/makeHandler = [^;]*=>\s*serve(?:Http|Commands)\(/.test(sources.handler(fn))
      ? []
      : [`${fn} does not use the HTTP runtime`]),
    ...(/\.\.\.\w*[aA]ccess\(env(?:, \{ freshKeys: true \})?\)/.test(sources.composition(fn))
      ? []
      : [`${fn} verifies no credentials`]),
    ...(sources.grants(fn).includes('dynamodb:GetItem ApiKeys') ? [] : [`${fn} cannot look up API keys`]),
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
const SOURCES: Sources = {
  handler: (fn) => readFileSync(join(folderOf(fn), 'handler.ts'), 'utf8'),
  composition: (fn) => readFileSync(join(folderOf(fn), 'index.ts'), 'utf8'),
  grants: (fn) => grants.get(fn) ?? [],
};

describe('each route', () => {
  it.each(entrances)('$route checks its caller', (entrance) => {
    expect(findingsOf(entrance, OPERATIONS, SOURCES)).toEqual([]);
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
    findingsOf(entrance, OPERATIONS, SOURCES),
  );
  expect(found).toEqual(['GET /v1/open belongs to no operation']);
});

describe('a planted route is found:', () => {
  const good = { route: 'GET /v1/targets', fn: 'query-api' };
  const operation: Operation = OPERATIONS.listTargets;
  const found = (
    over: Partial<Entrance>,
    operations: Readonly<Record<string, Operation>> = OPERATIONS,
    sources: Partial<Sources> = {},
  ) => findingsOf({ ...good, ...over }, operations, { ...SOURCES, ...sources });

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
    [
      'to a handler of its own',
      found({}, OPERATIONS, { handler: () => 'export const makeHandler = (deps: Deps) => async () => {};' }),
      'query-api does not use the HTTP runtime',
    ],
    [
      'to a function without credentials',
      found({}, OPERATIONS, { composition: () => 'makeHandler({ authenticate: async () => root })' }),
      'query-api verifies no credentials',
    ],
    ['to a function without keys', found({}, OPERATIONS, { grants: () => [] }), 'cannot look up API keys'],
  ])('%s', (_, findings, expected) => {
    expect(findings).toEqual([expect.stringContaining(expected)]);
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
