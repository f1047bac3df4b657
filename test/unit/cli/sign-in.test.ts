import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { chooseProvider } from '../../../cli/commands/platform/sign-in-provider.ts';
import { selectStage } from '../../../lib/config/select-stage.ts';
import type { IdentityProvider } from '../../../lib/config/stage-config.ts';
import { AT, assertionOf, metadataOf, POOL, posted, responseOf, signed } from '../../fixtures/saml.ts';
import { selfSigned } from '../../fixtures/self-signed-certificate.ts';
import { runCli } from './fake-terminal.ts';

/** Stage dev has two providers here. */
vi.mock('../../../lib/config/dev.ts', async (original) => {
  const { dev } = await original<typeof import('../../../lib/config/dev.ts')>();
  const providers = [
    { kind: 'saml', name: 'Okta', metadataUrl: 'https://example.okta.com/m', emailAttribute: 'email' },
    {
      ...{ kind: 'oidc', name: 'Keycloak', issuer: 'https://sso.example.com/' },
      ...{ clientId: 'x', clientSecretName: 'x' },
    },
  ];
  const callbackUrls = ['https://forestall.example.com/'];
  return { dev: { ...dev, signIn: { ...dev.signIn, providers, callbackUrls, loginDomain: 'acme' } } };
});

const folder = mkdtempSync(join(tmpdir(), 'forestall-sign-in-'));
const key = selfSigned('idp');
const save = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const metadata = save('metadata.xml', metadataOf([key]));
const genuine = signed(responseOf(assertionOf()), 'Assertion', key);
const response = save('response.txt', posted(genuine));
const STAGE = ['--pool', POOL, '--domain', 'acme', '--at', AT];
const check = (...words: string[]) => runCli(['sign-in', 'check', ...words]);

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllGlobals());

describe('forestall sign-in check', () => {
  it('describes the metadata of a provider', async () => {
    const { code, out, err } = await check('--metadata', metadata);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/ok +certificates +1 for signatures, valid until 2036-01-01/);
  });

  it('says whether a recorded response would be accepted', async () => {
    const { code, out } = await check('--metadata', metadata, '--response', response, ...STAGE, '--json');
    expect(code).toBe(0);
    const { checks } = JSON.parse(out) as { checks: { check: string; status: string; summary: string }[] };
    expect(checks.every(({ status }) => status === 'ok')).toBe(true);
    expect(checks.at(-1)?.summary).toMatch(/^forestall-operator -> operator of 2 groups/);
  });

  it('exits 3 with the reason if the response was tampered with', async () => {
    const tampered = save('tampered.txt', posted(genuine.replace('ada@', 'eve@')));
    const { code, out, err } = await check('--metadata', metadata, '--response', tampered, ...STAGE);
    expect(code).toBe(3);
    expect(out).toMatch(/to do +response +refused/);
    expect(out).toContain('no signature matches');
    expect(err).toBe('forestall: sign-in would fail: 1 thing to do\n');
  });

  it('exits 3 if the response is for another pool, another login page or another time', async () => {
    const { code, out } = await check(
      ...['--metadata', metadata, '--response', response, '--pool', 'eu-west-1_other'],
      ...['--domain', 'login.example.com', '--at', '2026-11-29T13:00:00Z', '--email-attribute', 'mail'],
    );
    expect(code).toBe(3);
    expect(out).toContain('expected urn:amazon:cognito:sp:eu-west-1_other');
    expect(out).toContain('expected https://login.example.com/saml2/idpresponse');
    expect(out).toContain('expired at 2026-11-29T12:05:00Z');
    expect(out).toContain('the assertion has no attribute mail');
  });

  it('reads the discovery document of an issuer', async () => {
    const at = 'https://sso.example.com';
    const document = save(
      'oidc.json',
      JSON.stringify({ issuer: at, authorization_endpoint: at, token_endpoint: at, jwks_uri: 'http://x' }),
    );
    expect((await check('--metadata', document)).code).toBe(3);
    expect((await check('--metadata', save('other.json', '{"a":1}'))).err).toContain(
      'expected the discovery',
    );
  });

  it('downloads the metadata that the settings of the stage name', async () => {
    const fetched = vi.fn(async () => new Response(metadataOf([key])));
    vi.stubGlobal('fetch', fetched);
    const ofStage = [
      '--stage',
      'dev',
      '--provider',
      'Okta',
      '--response',
      response,
      '--pool',
      POOL,
      '--at',
      AT,
    ];
    expect(await check(...ofStage)).toMatchObject({ code: 0, err: '' });
    expect(fetched).toHaveBeenCalledWith('https://example.okta.com/m', expect.anything());
  });

  it('says so if it cannot be downloaded', async () => {
    const fetched = vi.fn(async () => new Response('', { status: 404 }));
    vi.stubGlobal('fetch', fetched);
    const { code, err } = await check('--stage', 'dev', '--provider', 'Keycloak');
    expect(code).toBe(1);
    expect(err).toBe(
      'forestall: https://sso.example.com/.well-known/openid-configuration: cannot be downloaded (status 404); give a file with --metadata\n',
    );
  });

  it.each([
    [[], /expected --metadata FILE/],
    [['--stage', 'prod'], /expected --metadata FILE/],
    [['--stage', 'prod', '--provider', 'Okta'], /found Okta, expected a provider of stage prod: none/],
    [['--provider', 'Okta'], /expected --stage/],
    [['--metadata', metadata, '--pool', 'x'], /--pool: found x, expected the output UserPoolId/],
    [['--metadata', metadata, '--response', response, '--at', 'noon'], /--at: found noon/],
    [['--metadata', response], /metadata: found invalid XML/],
    [['--metadata', metadata, '--response', metadata], /expected a SAML <Response>/],
  ])('says what it expects: %j', async (words, message) => {
    const { code, err, out } = await check(...words);
    expect(code).toBeGreaterThan(0);
    expect(out + err).toMatch(message);
  });
});

const SAML: IdentityProvider = {
  ...{ kind: 'saml', name: 'Okta', metadataUrl: 'https://example.okta.com/m', emailAttribute: 'mail' },
  provisions: { tenant: 'acme', groups: { viewer: 'SRE' } },
};
const OIDC: IdentityProvider = {
  ...{
    kind: 'oidc',
    name: 'Keycloak',
    issuer: 'https://sso.example.com/',
    clientId: 'x',
    clientSecretName: 'x',
  },
};
const stageWith = (providers: readonly IdentityProvider[]) => {
  const prod = selectStage('prod');
  return { ...prod, signIn: { ...prod.signIn, loginDomain: 'acme', providers: [...providers] } };
};

describe('the settings of a stage', () => {
  it('name the provider, its tenant and the groups of roles', () => {
    expect(chooseProvider(stageWith([SAML, OIDC]), 'Okta')).toEqual({
      ...{ provider: SAML, loginDomain: 'acme', tenant: 'acme' },
      directories: { acme: { provider: 'Okta', subject: 'userName', groups: { viewer: 'SRE' } } },
    });
    expect(chooseProvider(stageWith([OIDC]), undefined)).toMatchObject({ provider: OIDC, directories: {} });
  });

  it('do not choose among several', () => {
    expect(() => chooseProvider(stageWith([SAML, OIDC]), undefined)).toThrow('choose one with --provider');
  });
});
