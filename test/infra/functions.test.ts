import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, describe, expect, it } from 'vitest';
import { API_FUNCTIONS } from '../../core/platform/api/operation.ts';
import { CLAIM_SECONDS } from '../../core/platform/idempotency/execute-once.ts';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { folderOf, listFunctions } from '../../functions/build.ts';
import { selectStage } from '../../lib/config/select-stage.ts';
import { ObservedFunction } from '../../lib/platform/observed-function.ts';
import { Workflow } from '../../lib/platform/workflow.ts';
import { resourcesIn, resourcesOfType, stageOf, text, WITH_SWITCHES } from './synthesised-stage.ts';

const stage = stageOf('prod', WITH_SWITCHES);
const outdir = mkdtempSync(join(tmpdir(), 'forestall-functions-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const functions = resourcesOfType(stage, 'AWS::Lambda::Function');
const nameOf = ({ Properties }: (typeof functions)[number]): string =>
  Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME;

/** The functions that the gateway invokes. */
const behindApi = (synthesis: typeof stage) =>
  resourcesOfType(synthesis, 'AWS::Lambda::Function', ['edge']).filter((fn) =>
    API_FUNCTIONS.some((name) => name === nameOf(fn)),
  );

const tables = (...names: readonly string[]): string[] => names.map((name) => `${name}_TABLE_NAME`);

const SIGN_IN = ['USER_POOL_ID', 'USER_POOL_CLIENT_ID', 'TOKEN_SIGNING_SECRET_ARN'];

/** Environment of each function in addition to the common one. */
const ENVIRONMENT: Readonly<Record<string, readonly string[]>> = {
  'receive-metrics': [
    ...tables('API_KEYS', 'REQUESTS', 'SETTINGS', 'TARGETS'),
    'RAW_BUCKET_NAME',
    'INGEST_QUEUE_URL',
    'TENANT_QUOTAS',
    'HOT_RETENTION_DAYS',
  ],
  'store-metrics': [...tables('BLOCKS', 'TARGETS'), 'RAW_BUCKET_NAME', 'HOT_RETENTION_DAYS'],
  'list-tenants': [...tables('TARGETS'), 'FORECAST_SPREAD_MINUTES'],
  'plan-forecast-run': [...tables('TARGETS', 'FORECASTS'), 'FORECAST_BUCKET_NAME'],
  'forecast-batch': [
    ...tables('SETTINGS', 'BLOCKS', 'TARGETS', 'FORECASTS'),
    'FORECAST_BUCKET_NAME',
    'EVENT_BUS_NAME',
    'FORECAST_CADENCE_MINUTES',
  ],
  'close-forecast-run': [...tables('FORECASTS'), 'FORECAST_BUCKET_NAME'],
  'start-forecast-run': [
    ...SIGN_IN,
    ...tables('API_KEYS', 'REQUESTS', 'FORECASTS'),
    'FORECAST_STATE_MACHINE_ARN',
    'MAX_ACTIVE_RUNS',
    'TENANT_QUOTAS',
  ],
  'group-signals': [
    ...tables('TARGETS', 'INCIDENTS', 'CHANGES'),
    'EVENT_BUS_NAME',
    'SIGNALS_QUEUE_URL',
    'DEAD_LETTERS_QUEUE_URL',
    'OWN_TENANT_ID',
  ],
  'diagnose-incident': [
    ...tables('BLOCKS', 'TARGETS', 'INCIDENTS', 'CHANGES'),
    'DECISION_BUCKET_NAME',
    'DEAD_LETTERS_QUEUE_URL',
    'SETTINGS_TABLE_NAME',
  ],
  'query-api': [
    ...SIGN_IN,
    ...tables('API_KEYS', 'REQUESTS', 'SETTINGS', 'BLOCKS', 'TARGETS', 'FORECASTS', 'ANOMALIES', 'INCIDENTS'),
    ...tables('CHANGES', 'REMEDIATIONS'),
    'FORECAST_BUCKET_NAME',
    'DECISION_BUCKET_NAME',
    'REMEDIATION_CEILING',
    'TENANT_QUOTAS',
  ],
  'command-incidents': [
    ...SIGN_IN,
    ...tables('API_KEYS', 'REQUESTS', 'INCIDENTS'),
    'TENANT_QUOTAS',
    'EVENT_BUS_NAME',
    'SIGNALS_QUEUE_URL',
  ],
  'command-changes': [
    ...SIGN_IN,
    ...tables('API_KEYS', 'REQUESTS', 'INCIDENTS', 'CHANGES'),
    'TENANT_QUOTAS',
    'SIGNALS_QUEUE_URL',
    'DEPLOYMENT_STATE_MACHINE_ARN',
  ],
  'command-remediations': [
    ...SIGN_IN,
    ...tables('API_KEYS', 'REQUESTS', 'REMEDIATIONS'),
    'TENANT_QUOTAS',
    'EVENT_BUS_NAME',
    'SIGNALS_QUEUE_URL',
    'REMEDIATION_WORKFLOW_ARN',
    'APPROVAL_SIGNING_SECRET_ARN',
  ],
  'receive-webhook': [
    ...SIGN_IN,
    ...tables('API_KEYS', 'REQUESTS', 'INCIDENTS', 'CHANGES', 'SETTINGS'),
    'TENANT_QUOTAS',
    'SIGNALS_QUEUE_URL',
    'DEPLOYMENT_STATE_MACHINE_ARN',
    'WEBHOOK_SIGNING_SECRET_ARN',
  ],
  'command-settings': [...SIGN_IN, ...tables('API_KEYS', 'REQUESTS', 'SETTINGS'), 'TENANT_QUOTAS'],
  'command-api-keys': [...SIGN_IN, ...tables('API_KEYS', 'REQUESTS'), 'TENANT_QUOTAS'],
  'provision-people': [
    ...tables('API_KEYS', 'REQUESTS'),
    'TENANT_DIRECTORIES',
    'TENANT_QUOTAS',
    'USER_POOL_ID',
  ],
  'check-deployment': [
    ...tables('BLOCKS', 'TARGETS', 'FORECASTS', 'ANOMALIES', 'INCIDENTS', 'CHANGES'),
    'SETTINGS_TABLE_NAME',
  ],
  'close-deployment-watch': [...tables('CHANGES'), 'EVENT_BUS_NAME'],
  'detect-anomalies': [
    ...tables('SETTINGS', 'BLOCKS', 'TARGETS', 'FORECASTS', 'ANOMALIES'),
    'FORECAST_BUCKET_NAME',
    'EVENT_BUS_NAME',
    'HOT_RETENTION_DAYS',
    'DEAD_LETTERS_QUEUE_URL',
  ],
  'compare-peers': [...tables('SETTINGS', 'BLOCKS', 'ANOMALIES'), 'FORECAST_BUCKET_NAME', 'EVENT_BUS_NAME'],
  'check-silence': [
    ...tables('SETTINGS', 'BLOCKS', 'TARGETS', 'ANOMALIES', 'REQUESTS'),
    'RAW_BUCKET_NAME',
    'TENANT_QUOTAS',
    'EVENT_BUS_NAME',
  ],
  'anchor-decisions': [...tables('REMEDIATIONS'), 'DECISION_BUCKET_NAME'],
  'heal-platform': [
    ...tables('REMEDIATIONS'),
    ...['DECISION_BUCKET_NAME', 'DISPATCH_STATE_MACHINE_ARN', 'HEALING_PLANS'],
    ...['INGEST_DEAD_LETTERS_QUEUE_ARN', 'OWN_TENANT_ID'],
  ],
  'tell-people': ['PEOPLE_TOPIC_ARN'],
  'choose-action': [
    ...tables('REMEDIATIONS', 'FORECASTS', 'INCIDENTS', 'CHANGES', 'TARGETS', 'BLOCKS', 'REQUESTS'),
    ...['DECISION_BUCKET_NAME', 'EVENT_BUS_NAME', 'OWN_TENANT_ID', 'REMEDIATION_CEILING', 'ACCOUNT_ID'],
    ...['ACTION_CLUSTERS', 'ACTION_INTEGRATIONS', 'FORECAST_CADENCE_MINUTES'],
  ],
  'request-approval': [
    ...tables('REMEDIATIONS', 'BLOCKS', 'TARGETS'),
    ...['DECISION_BUCKET_NAME', 'EVENT_BUS_NAME', 'REMEDIATION_CEILING'],
  ],
  'execute-action': [
    ...tables('REMEDIATIONS', 'BLOCKS', 'FORECASTS', 'TARGETS', 'REQUESTS'),
    ...['DECISION_BUCKET_NAME', 'EVENT_BUS_NAME', 'OWN_TENANT_ID', 'REMEDIATION_CEILING', 'ACCOUNT_ID'],
    ...['REMEDIATION_PACE', 'ACTION_CLUSTERS', 'ACTION_INTEGRATIONS'],
  ],
  'verify-remediation': [
    ...tables('REMEDIATIONS', 'BLOCKS', 'TARGETS'),
    ...['DECISION_BUCKET_NAME', 'EVENT_BUS_NAME', 'REMEDIATION_PACE'],
  ],
  'close-remediation': [...tables('REMEDIATIONS', 'TARGETS'), 'DECISION_BUCKET_NAME', 'EVENT_BUS_NAME'],
  'start-remediations': [
    ...tables('REMEDIATIONS', 'INCIDENTS'),
    ...['REMEDIATION_WORKFLOW_ARN', 'DEAD_LETTERS_QUEUE_URL', 'OWN_TENANT_ID'],
  ],
  'start-silence-checks': [...tables('TARGETS'), 'CHECK_SILENCE_FUNCTION_NAME'],
  'plan-peer-comparison': [...tables('TARGETS'), 'COMPARE_PEERS_FUNCTION_NAME'],
  'issue-api-key': [...tables('API_KEYS')],
  'issue-access-token': [...tables('API_KEYS', 'REQUESTS'), 'TENANT_QUOTAS', ...SIGN_IN],
  'rotate-secret': ['ROTATION_TARGETS', 'OWN_TENANT_ID', 'EVENT_BUS_NAME', ...tables('VAULT', 'REQUESTS')],
  'reencrypt-vault': ['VAULT_SECRET_ARN', 'VAULT_TABLE_NAME'],
  'begin-secret-drill': ['ROTATION_TARGETS'],
  'verify-secret-drill': ['ROTATION_TARGETS', 'REPORT_BUCKET_NAME'],
  'check-secrets': ['ROTATION_TARGETS', 'ROTATION_DAYS'],
  'detect-abuse': ['ACCESS_LOG_GROUP_NAMES'],
  'authorize-origin': ['ORIGIN_SECRET_ARN'],
};
const STANDARD = [
  'STAGE',
  'POWERTOOLS_SERVICE_NAME',
  'POWERTOOLS_METRICS_NAMESPACE',
  'POWERTOOLS_LOG_LEVEL',
  'NODE_OPTIONS',
];

/** Lambda sets the region, and a stage that lists no actions, as this one, has no roles to assume. */
const ELSEWHERE = ['AWS_REGION', 'ACTION_ROLE_PREFIX'];

/** Names that a function's sources read from their environment. */
const readNames = (name: string): string[] => {
  const source = readFileSync(join(folderOf(name), 'index.ts'), 'utf8');
  return [...source.matchAll(/\b([A-Z]+(?:_[A-Z]+)+): \w/g)]
    .map(([, variable]) => variable ?? '')
    .filter((variable) => !ELSEWHERE.includes(variable));
};

describe('every function', () => {
  it('comes from ObservedFunction', () => {
    const created = stage.app.node.findAll().filter((construct) => construct instanceof CfnFunction);
    expect(created).toHaveLength(Object.keys(ENVIRONMENT).length);
    for (const fn of created) expect(fn.node.scope?.node.scope).toBeInstanceOf(ObservedFunction);
  });

  it('has the folder from which it is bundled', () => {
    expect(new Set(functions.map(nameOf))).toEqual(new Set(Object.keys(ENVIRONMENT)));
    expect(listFunctions()).toEqual(functions.map(nameOf).sort());
  });

  it.each(functions.map((fn) => [nameOf(fn), fn] as const))(
    '%s gets the environment it reads',
    (name, fn) => {
      const variables = Object.keys(fn.Properties.Environment.Variables);
      const ofSwitch = API_FUNCTIONS.some((each) => each === name) ? ['BEHIND_CLOUDFRONT'] : [];
      expect(new Set(variables)).toEqual(new Set([...STANDARD, ...ofSwitch, ...(ENVIRONMENT[name] ?? [])]));
      expect(new Set(readNames(name))).toEqual(new Set(ENVIRONMENT[name]));
    },
  );

  it.each(functions.map((fn) => [nameOf(fn), fn] as const))(
    '%s runs on Node 24 on arm64, bounded',
    (_, fn) => {
      expect(fn.Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect(fn.Properties.MemorySize).toBeGreaterThanOrEqual(256);
      expect(fn.Properties.Timeout).toBeGreaterThanOrEqual(15);
      expect(fn.Properties.FunctionName).toBeUndefined();
    },
  );

  it('behind the API ends before its claim of an Idempotency-Key expires', () => {
    const timeouts = behindApi(stage).map(({ Properties }) => Properties.Timeout);
    expect(Math.max(...timeouts)).toBeLessThan(CLAIM_SECONDS);
  });

  it('writes to a log group of its own', () => {
    const groups = functions.map(({ Properties }) => text(Properties.LoggingConfig.LogGroup));
    expect(new Set(groups).size).toBe(functions.length);
  });

  it('behind the API responds before API Gateway times out', () => {
    for (const { Properties } of behindApi(stage)) expect(Properties.Timeout).toBeLessThan(30);
  });
});

describe('every log group', () => {
  const groups = resourcesOfType(stage, 'AWS::Logs::LogGroup');

  it('has the retention of its stage', () => {
    expect(groups).toHaveLength(48);
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(30);
  });

  it('of a workflow or the API needs no entry in the resource policy of the account, which holds 5,120 characters', () => {
    const names = groups.flatMap(({ Properties }) => Properties.LogGroupName ?? []);
    expect(names).toHaveLength(groups.length - functions.length);
    for (const name of names)
      expect(name).toMatch(/^\/aws\/vendedlogs\/(states|apis)\/forestall\/Forestall-prod-/);
  });

  it('goes with its stack', () => {
    for (const { DeletionPolicy } of groups) expect(DeletionPolicy).toBe('Delete');
  });
});

describe('an ObservedFunction', () => {
  const create = (context: Record<string, unknown>, entry = 'no-such-function') => {
    const scope = new Stack(new App({ context, outdir }), 'Stack');
    return new ObservedFunction(scope, 'Function', {
      entry,
      description: 'Test',
      config: selectStage('dev'),
      notify: new Topic(scope, 'Topic'),
      memoryMb: 256,
      timeout: Duration.seconds(10),
      failure: { impact: 'None.', runbook: 'None' },
    });
  };

  it('says what to do if its bundle is missing', () => {
    expect(() => create({})).toThrow(ConfigurationError);
    expect(() => create({})).toThrow(
      'No bundle in dist/no-such-function: build the functions with "npm run build" first.',
    );
  });
});

/** The functions of the workflow of remediations. */
const STEPS = [
  'choose-action',
  'request-approval',
  'execute-action',
  'verify-remediation',
  'close-remediation',
];

describe('a Workflow', () => {
  const create = (functionNames: readonly string[]) => {
    const scope = new Stack(
      new App({ outdir, context: { 'forestall:bundle': 'lib/platform/placeholder-bundle' } }),
      'Stack',
    );
    const notify = new Topic(scope, 'Topic');
    const fn = new ObservedFunction(scope, 'Function', {
      entry: 'list-tenants',
      description: 'Test',
      config: selectStage('dev'),
      notify,
      memoryMb: 256,
      timeout: Duration.seconds(10),
      failure: { impact: 'None.', runbook: 'None' },
    });
    return new Workflow(scope, 'Workflow', {
      definition: 'dispatch-forecasts',
      config: selectStage('dev'),
      functions: Object.fromEntries(functionNames.map((name) => [name, fn])),
    });
  };

  it('rejects a placeholder without a value, and a value without a placeholder', () => {
    const missing = () => create(['ListTenantsFunctionArn', 'Spare']);
    expect(missing).toThrow(ConfigurationError);
    expect(missing).toThrow(
      'placeholders without a value: [ForecastFleetStateMachineArn]; values without a placeholder: [Spare]',
    );
  });

  it('is logged without data', () => {
    const machines = resourcesOfType(stage, 'AWS::StepFunctions::StateMachine');
    expect(machines).toHaveLength(5);
    for (const { Properties } of machines) {
      expect(Properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    }
  });

  it('has task timeouts at least as long as those of their functions', () => {
    const limits = new Map(functions.map((fn) => [nameOf(fn), fn.Properties.Timeout]));
    const fleet = readFileSync('state-machines/forecast-fleet.asl.json', 'utf8');
    const batch = JSON.parse(fleet).States['Forecast batches'].ItemProcessor.States['Forecast batch'];
    expect(batch.TimeoutSeconds).toBeGreaterThanOrEqual(limits.get('forecast-batch'));
    const { States: watch } = JSON.parse(readFileSync('state-machines/watch-deployment.asl.json', 'utf8'));
    expect(watch['Check deployment'].TimeoutSeconds).toBeGreaterThanOrEqual(limits.get('check-deployment'));
    for (const state of ['Propose rollback', 'Close watch', 'Record failure'])
      expect(watch[state].TimeoutSeconds).toBeGreaterThanOrEqual(limits.get('close-deployment-watch'));
    const { States: remediate } = JSON.parse(readFileSync('state-machines/remediate.asl.json', 'utf8'));
    const longest = Math.max(...STEPS.map((step) => limits.get(step) ?? Number.NaN));
    for (const { Type, TimeoutSeconds } of Object.values<{ Type: string; TimeoutSeconds?: unknown }>(
      remediate,
    ))
      if (Type === 'Task' && typeof TimeoutSeconds === 'number')
        expect(TimeoutSeconds).toBeGreaterThanOrEqual(longest);
  });
});

it('has no custom resource, because functions deployed by CDK itself are not monitored', () => {
  const types = [...resourcesIn(stage).values()].map(({ Type }) => Type);
  expect(types.filter((type) => type.startsWith('Custom::') || type.includes('CustomResource'))).toEqual([]);
});
