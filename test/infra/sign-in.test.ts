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
  ])('is checked when it is synthesised: %j', (signIn, setting) => {
    const config = { ...selectStage('prod'), ...withSignIn(signIn as Partial<StageConfig['signIn']>) };
    expect(() => validateConfig(config)).toThrow(ConfigurationError);
    expect(() => validateConfig(config)).toThrow(setting);
  });
});
