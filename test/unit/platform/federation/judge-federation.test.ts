import { describe, expect, it } from 'vitest';
import type {
  Assertion,
  SamlMetadata,
  SigningCertificate,
} from '../../../../core/platform/federation/facts.ts';
import { judgeAssertion } from '../../../../core/platform/federation/judge-assertion.ts';
import { judgeMetadata } from '../../../../core/platform/federation/judge-metadata.ts';
import { judgeOidc, OidcDocument } from '../../../../core/platform/federation/judge-oidc.ts';
import { ROLE_NAMES } from '../../../../core/platform/permissions.ts';

const at = (time: string) => Date.parse(time) / 1000;
const NOW = at('2026-11-29T12:00:00Z');
const CERTIFICATE: SigningCertificate = {
  ...{ subject: 'CN=idp', fingerprint: 'AA', rsaBits: 2048 },
  ...{ validFrom: at('2026-01-01'), validTo: at('2027-12-31') },
};
const METADATA: SamlMetadata = {
  entityId: 'https://idp.example.com',
  signature: 'absent',
  certificates: [CERTIFICATE],
  signOn: [
    { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', location: 'https://idp.example.com/sso' },
  ],
  attributes: [],
};
const problemsOf = (changes: Partial<SamlMetadata>) =>
  judgeMetadata({ ...METADATA, ...changes }, 'email', NOW).flatMap(({ check, findings }) =>
    findings.map(({ problem }) => `${check}: ${problem}`),
  );

describe('metadata', () => {
  it('without a problem is described', () => {
    expect(
      judgeMetadata(METADATA, 'email', NOW).map(({ check, status, summary }) => [check, status, summary]),
    ).toEqual([
      ['provider', 'ok', 'https://idp.example.com'],
      ['certificates', 'ok', '1 for signatures, valid until 2027-12-31'],
      ['addresses', 'ok', 'https://idp.example.com/sso'],
      ['signature', 'ok', 'not signed; HTTPS protects the download'],
      ['attributes', 'ok', 'none announced: check a recorded response'],
    ]);
    expect(problemsOf({ signature: 'valid', attributes: ['email'], validUntil: NOW + 1 })).toEqual([]);
  });

  it.each([
    [{ validUntil: NOW }, 'provider: the metadata was valid until 2026-11-29'],
    [{ certificates: [] }, 'certificates: there is no certificate for signatures'],
    [
      { certificates: [CERTIFICATE, { ...CERTIFICATE, validTo: NOW }] },
      'certificates: the certificate expired on 2026-11-29',
    ],
    [
      { certificates: [{ ...CERTIFICATE, validFrom: NOW + 86_400 }] },
      'certificates: the certificate is not valid before 2026-11-30',
    ],
    [
      { certificates: [{ ...CERTIFICATE, rsaBits: 1024 }] },
      'certificates: the certificate has a key of 1024 bits, expected at least 2048',
    ],
    [
      { certificates: [{ ...CERTIFICATE, validTo: NOW + 29 * 86_400 }] },
      'certificates: the last one expires on 2026-12-28',
    ],
    [{ signOn: [] }, 'addresses: there is no address for sign-in by redirect or POST'],
    [
      { signOn: [{ ...METADATA.signOn[0]!, location: 'http://idp.example.com' }] },
      'addresses: the address of sign-in is not HTTPS',
    ],
    [
      { signature: 'unverified' as const },
      'signature: none of its certificates for signatures made its signature: it was changed, or a federation signed it',
    ],
    [{ attributes: ['mail'] }, 'attributes: the provider announces no attribute email'],
  ])('with a problem says what to do: %j', (changes, expected) => {
    expect(problemsOf(changes)).toEqual([expected]);
  });
});

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const ASSERTION: Assertion = {
  ...{ signed: 'assertion', issuer: METADATA.entityId, audiences: ['urn:amazon:cognito:sp:pool'] },
  subject: { value: 'ada@example.com', format: '' },
  confirmations: [{ method: BEARER, recipient: 'https://acs', notOnOrAfter: NOW + 300 }],
  ...{ notBefore: NOW - 60, notOnOrAfter: NOW + 600 },
  attributes: new Map([
    ['email', ['ada@example.com']],
    ['http://schemas.microsoft.com/ws/2008/06/identity/claims/groups', ['SRE', 'Everyone']],
  ]),
};
const EXPECTED = {
  audience: 'urn:amazon:cognito:sp:pool',
  recipient: 'https://acs',
  emailAttribute: 'email',
};
const judge = (changes: Partial<Assertion>, time = NOW, expected: Partial<typeof EXPECTED> = {}) =>
  judgeAssertion(
    { ...ASSERTION, ...changes },
    METADATA,
    { ...EXPECTED, ...expected },
    { operator: 'sre' },
    time,
  );
const problemsIn = (...given: Parameters<typeof judge>) =>
  judge(...given).flatMap(({ findings }) => findings.map(({ problem }) => problem));

describe('a verified assertion', () => {
  it('that fits is described, with the roles that its groups can give', () => {
    expect(judge({}).map(({ check, summary }) => [check, summary])).toEqual([
      ['response', 'signed assertion'],
      ['issuer', 'https://idp.example.com'],
      ['audience', 'urn:amazon:cognito:sp:pool'],
      ['recipient', 'https://acs'],
      ['time', 'from 2026-11-29T11:59:00Z to 2026-11-29T12:05:00Z'],
      ['subject', 'ada@example.com'],
      ['e-mail', 'email = ada@example.com'],
      ['roles', 'SRE -> operator of 2 groups; roles come from the groups that the directory pushes by SCIM'],
    ]);
    expect(problemsIn({})).toEqual([]);
  });

  it.each([
    [{ issuer: 'https://other' }, 'found https://other, expected https://idp.example.com'],
    [{ audiences: [] }, 'found none, expected urn:amazon:cognito:sp:pool'],
    [{ confirmations: [] }, 'found none, expected https://acs'],
    [
      { confirmations: [{ ...ASSERTION.confirmations[0]!, method: 'holder' }] },
      'found none, expected https://acs',
    ],
    [{ subject: undefined }, 'the assertion names no one'],
    [
      { subject: { value: 'x', format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' } },
      'it is transient: it differs at each sign-in, so people would be new each time',
    ],
    [{ attributes: new Map() }, 'the assertion has no attribute email'],
    [{ notBefore: NOW + 61 }, 'not valid before 2026-11-29T12:01:01Z'],
    [
      { notOnOrAfter: NOW - 60, confirmations: ASSERTION.confirmations },
      'expired at 2026-11-29T11:59:00Z, judged at 2026-11-29T12:00:00Z',
    ],
    [
      {
        notOnOrAfter: undefined,
        confirmations: [{ ...ASSERTION.confirmations[0]!, notOnOrAfter: undefined }],
      },
      'the assertion is valid forever',
    ],
  ])('with a problem says what was found: %j', (changes, expected) => {
    expect(problemsIn(changes)).toEqual([expected]);
  });

  it('tolerates a minute of difference between clocks', () => {
    expect(problemsIn({ notBefore: NOW + 60 })).toEqual([]);
    expect(problemsIn({}, NOW + 359)).toEqual([]);
    expect(problemsIn({}, NOW + 360)).toHaveLength(1);
  });

  it('is not judged against what is not known', () => {
    const results = judge({ audiences: ['x'] }, NOW, { audience: undefined, recipient: undefined } as never);
    expect(results.filter(({ status }) => status === 'skipped').map(({ check }) => check)).toEqual([
      'audience',
      'recipient',
    ]);
  });

  it('gives each role that a group is named for', () => {
    const names = Object.fromEntries(ROLE_NAMES.map((role) => [role, role]));
    const attributes = new Map([['memberOf', [...ROLE_NAMES]]]);
    const roles = judgeAssertion({ ...ASSERTION, attributes }, METADATA, EXPECTED, names, NOW).at(-1);
    expect(roles?.summary).toContain(
      'viewer -> viewer, operator -> operator, approver -> approver, admin -> admin',
    );
  });
});

describe('an issuer of OpenID Connect', () => {
  const issuer = 'https://sso.example.com';
  const document = OidcDocument.parse({
    ...{ issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` },
    ...{ jwks_uri: `${issuer}/keys` },
  });
  const problems = (changes: Partial<OidcDocument>) =>
    judgeOidc({ ...document, ...changes }, issuer).flatMap(({ findings }) =>
      findings.map(({ problem }) => problem),
    );

  it.each([
    [{}, []],
    [{ issuer: `${issuer}/` }, [`found ${issuer}/, expected ${issuer}`]],
    [{ jwks_uri: 'http://sso.example.com/keys' }, ['the address is not HTTPS']],
    [{ response_types_supported: ['id_token'] }, ['the code flow is off']],
    [{ scopes_supported: ['openid', 'profile'] }, ['the scope is not offered']],
  ])('is judged by its discovery document: %j', (changes, expected) => {
    expect(problems(changes)).toEqual(expected);
  });
});
