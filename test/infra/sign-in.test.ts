import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../core/shared/errors.ts';
import { selectStage, validateConfig } from '../../lib/config/select-stage.ts';
import { type IdentityProvider, STAGES, type StageConfig } from '../../lib/config/stage-config.ts';
import { resourcesOfType, stageOf, text } from './synthesised-stage.ts';

const LOGIN = { callbackUrls: ['https://forestall.example.com/'], loginDomain: 'forestall-example' };
const SAML: IdentityProvider = {
  kind: 'saml',
  name: 'Okta',
  metadataUrl: 'https://example.okta.com/metadata',
  emailAttribute: 'email',
};
const OIDC: IdentityProvider = {
  kind: 'oidc',
  name: 'Keycloak',
  issuer: 'https://sso.example.com/realms/main',
  clientId: 'forestall',
  clientSecretName: 'forestall/keycloak',
};

const withSignIn = (signIn: Partial<StageConfig['signIn']>) => ({
  signIn: { ...selectStage('prod').signIn, ...signIn },
});
const federated = stageOf('prod', withSignIn({ ...LOGIN, providers: [SAML, OIDC] }));
const only = (stage: ReturnType<typeof stageOf>, type: string) => {
  const [resource, ...others] = resourcesOfType(stage, type, ['data']);
  expect(others).toEqual([]);
  return resource;
};

describe.each(STAGES)('the user pool of stage %s', (name) => {
  const stage = stageOf(name);
  const { signIn, retainData } = selectStage(name);

  it('lets no one sign up, and is kept with the data', () => {
    expect(only(stage, 'AWS::Cognito::UserPool')).toMatchObject({
      DeletionPolicy: retainData ? 'Retain' : 'Delete',
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        DeletionProtection: retainData ? 'ACTIVE' : 'INACTIVE',
        MfaConfiguration: { off: 'OFF', optional: 'OPTIONAL', required: 'ON' }[signIn.mfa],
        Policies: { PasswordPolicy: { MinimumLength: 14 } },
      },
    });
  });

  it('issues tokens for an hour to a public client, which sees passwords only in the emulator', () => {
    const { Properties } = only(stage, 'AWS::Cognito::UserPoolClient') ?? { Properties: {} };
    expect(Properties).toMatchObject({
      ...{ GenerateSecret: false, AccessTokenValidity: 60, RefreshTokenValidity: 43_200 },
      ...{ PreventUserExistenceErrors: 'ENABLED', EnableTokenRevocation: true },
      AllowedOAuthFlowsUserPoolClient: false,
    });
    expect(Properties.ExplicitAuthFlows.includes('ALLOW_USER_PASSWORD_AUTH')).toBe(name === 'local');
  });
});

it('production requires a second factor that is not sent by SMS', () => {
  expect(selectStage('prod').signIn.mfa).toBe('required');
  expect(only(stageOf('prod'), 'AWS::Cognito::UserPool')?.Properties.EnabledMfas).toEqual([
    'SOFTWARE_TOKEN_MFA',
  ]);
});

describe('SCIM', () => {
  const cognitoGrants = (stage: ReturnType<typeof stageOf>) =>
    resourcesOfType(stage, 'AWS::IAM::Policy').filter((policy) => text(policy).includes('cognito-idp:'));
  const routes = (stage: ReturnType<typeof stageOf>) =>
    resourcesOfType(stage, 'AWS::ApiGatewayV2::Route').filter((route) => text(route).includes('/scim/'));

  it('is absent from a stage that does not ask for it: no route, and no function that changes people', () => {
    expect(routes(stageOf('prod'))).toEqual([]);
    expect(cognitoGrants(stageOf('prod'))).toEqual([]);
  });

  it('changes the users of the pool with one function, which knows the directories of the tenants', () => {
    const provisions = { tenant: 'acme', groups: { viewer: 'SRE' } };
    const stage = stageOf(
      'prod',
      withSignIn({ ...LOGIN, scim: true, providers: [{ ...SAML, provisions }, OIDC] }),
    );
    expect(routes(stage)).toHaveLength(5);
    expect(cognitoGrants(stage)).toHaveLength(1);
    const variables = resourcesOfType(stage, 'AWS::Lambda::Function').flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.TENANT_DIRECTORIES ?? [],
    );
    expect(variables.map((value) => JSON.parse(value))).toEqual([
      { acme: { provider: 'Okta', subject: 'userName', groups: { viewer: 'SRE' } } },
    ]);
  });

  it('people change no attribute by which their directory finds them', () => {
    const client = only(stageOf('prod'), 'AWS::Cognito::UserPoolClient');
    expect(client?.Properties.WriteAttributes).toEqual(['email']);
  });
});

describe('federation', () => {
  const providers = resourcesOfType(federated, 'AWS::Cognito::UserPoolIdentityProvider', ['data']);

  it('adds each provider, and the secret of none', () => {
    expect(providers.map(({ Properties }) => Properties)).toMatchObject([
      { ProviderName: 'Okta', ProviderType: 'SAML', ProviderDetails: { MetadataURL: SAML.metadataUrl } },
      {
        ...{ ProviderName: 'Keycloak', ProviderType: 'OIDC' },
        ProviderDetails: {
          ...{ client_id: 'forestall', oidc_issuer: OIDC.issuer },
          client_secret: '{{resolve:secretsmanager:forestall/keycloak:SecretString:::}}',
        },
      },
    ]);
  });

  it('signs in by the login page, with the code flow alone', () => {
    const client = only(federated, 'AWS::Cognito::UserPoolClient');
    expect(client?.Properties).toMatchObject({
      ...{ AllowedOAuthFlows: ['code'], CallbackURLs: LOGIN.callbackUrls },
      SupportedIdentityProviders: ['COGNITO', 'Okta', 'Keycloak'],
    });
    expect(text(client)).not.toContain('implicit');
    expect(only(federated, 'AWS::Cognito::UserPoolDomain')?.Properties).toMatchObject({
      Domain: 'forestall-example',
    });
  });

  it.each([
    [{ callbackUrls: LOGIN.callbackUrls }, 'loginDomain'],
    [{ providers: [SAML] }, 'callbackUrls'],
    [{ ...LOGIN, providers: [{ ...SAML, metadataUrl: 'http://example.com/m' }] }, 'metadataUrl'],
    [{ ...LOGIN, providers: [{ ...OIDC, issuer: 'http://example.com' }] }, 'issuer'],
    [{ ...LOGIN, providers: [{ ...OIDC, clientSecret: 'x' }] }, 'clientSecret'],
    [{ ...LOGIN, loginDomain: '-x' }, 'loginDomain'],
    [{ ...LOGIN, providers: [{ ...SAML, provisions: { tenant: 'acme' } }] }, 'scim'],
    [
      {
        ...LOGIN,
        scim: true,
        providers: [SAML, OIDC].map((one) => ({ ...one, provisions: { tenant: 'acme' } })),
      },
      'only one',
    ],
  ])('is checked when it is synthesised: %j', (signIn, setting) => {
    const config = { ...selectStage('prod'), ...withSignIn(signIn as Partial<StageConfig['signIn']>) };
    expect(() => validateConfig(config)).toThrow(ConfigurationError);
    expect(() => validateConfig(config)).toThrow(setting);
  });
});
