import { describe, expect, it } from 'vitest';
import { RotatedSecrets } from '../../core/platform/secrets/rotated-secrets.ts';
import { reportCost } from '../../cost/report.ts';
import { factsOf } from '../../cost/template-facts.ts';
import { Workload } from '../../cost/workload.ts';
import { selectStage, validateConfig } from '../../lib/config/select-stage.ts';
import type { StageConfig } from '../../lib/config/stage-config.ts';
import { resourcesIn, resourcesOfType, stageOf, text } from './synthesised-stage.ts';

const { secrets } = selectStage('prod');
const WEBHOOK = {
  kind: 'signed-webhook',
  name: 'remediator',
  url: 'https://hooks.example.com/forestall',
} as const;
const TOKEN = {
  kind: 'api-token',
  name: 'grafana',
  tokenField: 'key',
  tokensUrl: 'https://grafana.example.com/api/serviceaccounts/2/tokens',
  probeUrl: 'https://grafana.example.com/api/org',
} as const;

const withSecrets = (changes: Partial<StageConfig['secrets']>) =>
  stageOf('prod', { secrets: { ...secrets, ...changes } });
type Stage = ReturnType<typeof withSecrets>;

/** Logical ids of the secrets in the Data stack, without their hash. */
const secretsOf = (stage: Stage): ReadonlySet<string> =>
  new Set(
    [...resourcesIn(stage, ['data'])]
      .filter(([, { Type }]) => Type === 'AWS::SecretsManager::Secret')
      .map(([id]) => id.replace(/^data\/Secrets(\w+?)[0-9A-F]{8}$/, '$1')),
  );

const functionNamed = (stage: Stage, name: string) =>
  resourcesOfType(stage, 'AWS::Lambda::Function').find(
    ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === name,
  )!;

/** `ROTATION_TARGETS` of a function, with references as text. */
const targetsOf = (stage: Stage, name: string): unknown => {
  const value = functionNamed(stage, name).Properties.Environment.Variables.ROTATION_TARGETS;
  const parts: readonly unknown[] = value['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'arn')).join(''));
};

/** The secret to which a variable of a function refers. */
const secretIn = (stage: Stage, name: string, variable: string): string =>
  text(functionNamed(stage, name).Properties.Environment.Variables[variable]);

/** Secrets that the policies of a function's role name. */
const secretsGranted = (stage: Stage, id: string): ReadonlySet<string> =>
  new Set(
    resourcesOfType(stage, 'AWS::IAM::Policy')
      .filter(({ Properties }) => text(Properties.Roles).includes(id))
      .flatMap(
        ({ Properties }) =>
          text(Properties.PolicyDocument).match(/Secrets[A-Z][A-Za-z]*?(?=[0-9A-F]{8})/g) ?? [],
      ),
  );

const monthly = (stage: Stage): number =>
  reportCost(Workload.parse({}), factsOf(Object.values(stage.templates)))
    .idle.filter(({ price }) => price === 'secretMonth')
    .reduce((sum, { list }) => sum + list, 0);

describe('a stage with a secret for each purpose of signatures', () => {
  const stage = withSecrets({ separateSigningKeys: true });

  it('has three secrets instead of one, at $0.80 a month more', () => {
    const shared = withSecrets({ separateSigningKeys: false });
    expect(secretsOf(shared)).toEqual(new Set(['Signing']));
    expect(secretsOf(stage)).toEqual(new Set(['ApiSigning', 'ApprovalSigning', 'WebhookSigning']));
    expect(monthly(stage) - monthly(shared)).toBeCloseTo(0.8, 9);
  });

  it('gives each function the secrets of its purposes only', () => {
    expect(secretIn(stage, 'query-api', 'TOKEN_SIGNING_SECRET_ARN')).toContain('ApiSigning');
    expect(secretIn(stage, 'receive-webhook', 'WEBHOOK_SIGNING_SECRET_ARN')).toContain('WebhookSigning');
    expect(secretsGranted(stage, 'FunctionsQueryApi')).toEqual(new Set(['SecretsApiSigning']));
    expect(secretsGranted(stage, 'FunctionsReceiveWebhook')).toEqual(
      new Set(['SecretsApiSigning', 'SecretsWebhookSigning']),
    );
  });

  it.each(['rotate-secret', 'check-secrets', 'begin-secret-drill', 'verify-secret-drill'])(
    'lets %s reach all of them',
    (name) => {
      expect(targetsOf(stage, name)).toEqual(
        ['api', 'webhook', 'approval'].map((purpose) => ({
          ...{ name: `signing-${purpose}`, kind: 'signing', arn: 'arn' },
        })),
      );
    },
  );

  it('rotates each on the schedule of the stage', () => {
    const schedules = resourcesOfType(stage, 'AWS::SecretsManager::RotationSchedule');
    expect(schedules.map(({ Properties }) => Properties.RotationRules.ScheduleExpression)).toEqual(
      Array(3).fill('rate(90 days)'),
    );
    expect(new Set(schedules.map(({ Properties }) => text(Properties.SecretId))).size).toBe(3);
  });
});

describe('a stage with integrations', () => {
  const separateSigningKeys = false;
  const stage = withSecrets({ separateSigningKeys, integrations: [WEBHOOK, TOKEN] });

  it('has a secret for each, at $0.40 a month', () => {
    expect(secretsOf(stage)).toEqual(new Set(['Integrationgrafana', 'Integrationremediator', 'Signing']));
    expect(monthly(stage) - monthly(withSecrets({ separateSigningKeys }))).toBeCloseTo(0.8, 9);
  });

  it('generates the key of a webhook, and leaves a token to its issuer', () => {
    const fields = resourcesOfType(stage, 'AWS::SecretsManager::Secret').map(({ Properties }) => [
      Properties.Description,
      Properties.GenerateSecretString.GenerateStringKey,
    ]);
    expect(Object.fromEntries(fields)).toMatchObject({
      'Credential of the integration remediator': 'key',
      'Credential of the integration grafana': 'placeholder',
    });
  });

  it('rotates and checks them with the adapter of their kind', () => {
    const expected = [
      { name: 'signing', kind: 'signing', arn: 'arn' },
      { name: 'integration-remediator', kind: 'integration', integration: WEBHOOK, arn: 'arn' },
      { name: 'integration-grafana', kind: 'integration', integration: TOKEN, arn: 'arn' },
    ];
    for (const name of ['rotate-secret', 'check-secrets'])
      expect(RotatedSecrets.parse(targetsOf(stage, name))).toEqual(expected);
    const schedules = resourcesOfType(stage, 'AWS::SecretsManager::RotationSchedule');
    expect(schedules.map(({ Properties }) => text(Properties.SecretId)).sort()).toEqual([
      expect.stringContaining('Integrationgrafana'),
      expect.stringContaining('Integrationremediator'),
      expect.stringContaining('Signing'),
    ]);
    expect(secretsGranted(stage, 'RotationRotateSecret')).toEqual(
      new Set(['SecretsSigning', 'SecretsIntegrationgrafana', 'SecretsIntegrationremediator']),
    );
  });

  it('drills only its own secrets', () => {
    expect(targetsOf(stage, 'begin-secret-drill')).toMatchObject([{ name: 'signing' }]);
    expect(secretsGranted(stage, 'SecretDrillBeginSecretDrill')).toEqual(new Set(['SecretsSigning']));
  });

  it('shows the ARNs of their secrets', () => {
    const { Outputs } = stage.templates.data as { Outputs: Record<string, unknown> };
    expect(text(Outputs.IntegrationSecretArns)).toMatch(/Integrationremediator.*Integrationgrafana/);
  });
});

describe('the settings of integrations', () => {
  const validate = (...integrations: readonly object[]) =>
    validateConfig({ ...selectStage('prod'), secrets: { ...secrets, integrations } });

  it.each([
    ['a name twice', [WEBHOOK, { ...TOKEN, name: 'remediator' }], /expected each name once/],
    ['plain HTTP', [{ ...WEBHOOK, url: 'http://hooks.example.com' }], /expected an address without a user/],
    ['a user name', [{ ...WEBHOOK, url: 'https://ada@hooks.example.com' }], /without a user name/],
    ['a token', [{ ...TOKEN, probeUrl: 'https://token@hooks.example.com/x' }], /without a user name/],
    ['an address without a host', [{ ...WEBHOOK, url: 'https:///x' }], /expected an address/],
    ['an unknown kind', [{ ...WEBHOOK, kind: 'fax' }], /integrations\[0\]\.kind/],
    ['a misspelt setting', [{ ...WEBHOOK, uri: 'x' }], /Unrecognized key/],
  ])('are refused with %s', (_, integrations, problem) => {
    expect(() => validate(...integrations)).toThrow(problem);
  });

  it('may name a receiver on this machine, and have a usual field', () => {
    const local = { ...WEBHOOK, url: 'http://127.0.0.1:8080/hook' };
    const { tokenField: _, ...usual } = TOKEN;
    expect(validate(local, usual).secrets.integrations).toEqual([local, { ...TOKEN, tokenField: 'token' }]);
  });
});
