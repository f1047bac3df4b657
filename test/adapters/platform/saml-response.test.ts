import { describe, expect, it } from 'vitest';
import { readSamlMetadata } from '../../../adapters/platform/federation/saml-metadata.ts';
import { RefusedResponseError, verifyResponse } from '../../../adapters/platform/federation/saml-response.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import {
  AUDIENCE,
  assertionOf,
  ENTITY_ID,
  metadataOf,
  posted,
  RECIPIENT,
  responseOf,
  SHA1,
  signed,
} from '../../fixtures/saml.ts';
import { selfSigned } from '../../fixtures/self-signed-certificate.ts';

const [key, next, stranger] = [selfSigned('idp'), selfSigned('idp next'), selfSigned('stranger')];
const metadata = readSamlMetadata(metadataOf([next, key]));
const verify = (xml: string) => verifyResponse(posted(xml), metadata);
const genuine = signed(responseOf(assertionOf()), 'Assertion', key);
const reasonOf = async (xml: string): Promise<string> => {
  const error: unknown = await verify(xml).catch((thrown: unknown) => thrown);
  return error instanceof RefusedResponseError ? error.message : `not refused: ${String(error)}`;
};

/** The signed assertion of a response, and the response without it. */
const [assertion = ''] = /<Assertion.*<\/Assertion>/s.exec(genuine) ?? [];
const signature = /<Signature.*<\/Signature>/s.exec(genuine)?.[0] ?? '';
const forged = assertionOf({ id: '_forged', nameId: 'admin@example.com', groups: ['forestall-admin'] });

describe('a response that its provider signed', () => {
  it('is accepted with the assertion as signed', async () => {
    expect(await verify(genuine)).toEqual({
      signed: 'assertion',
      issuer: ENTITY_ID,
      subject: {
        value: 'ada@example.com',
        format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      },
      confirmations: [
        {
          method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
          recipient: RECIPIENT,
          notOnOrAfter: Date.parse('2026-11-29T12:05:00Z') / 1000,
        },
      ],
      notBefore: Date.parse('2026-11-29T11:59:00Z') / 1000,
      notOnOrAfter: Date.parse('2026-11-29T12:05:00Z') / 1000,
      audiences: [AUDIENCE],
      attributes: new Map([
        ['email', ['ada@example.com']],
        ['groups', ['forestall-operator', 'Everyone']],
      ]),
    });
  });

  it('is accepted if the response is signed as a whole, or both', async () => {
    const whole = signed(responseOf(assertionOf()), 'Response', key);
    expect(await verify(whole)).toMatchObject({ signed: 'response', issuer: ENTITY_ID });
    expect(await verify(signed(genuine, 'Response', key))).toMatchObject({ signed: 'assertion' });
  });

  it('is read as a posted form, as base64 in lines, and as XML', async () => {
    const form = new URLSearchParams({ SAMLResponse: posted(genuine), RelayState: 'x' }).toString();
    const lines = posted(genuine).replaceAll(/.{76}/g, '$&\n');
    for (const recorded of [form, lines, genuine])
      expect((await verifyResponse(recorded, metadata)).subject?.value).toBe('ada@example.com');
  });
});

describe('a response that was tampered with is refused', () => {
  it.each([
    ['name', genuine.replace('>ada@example.com</NameID>', '>eve@example.com</NameID>')],
    ['group', genuine.replace('forestall-operator', 'forestall-admin')],
    ['audience', genuine.replace(AUDIENCE, `${AUDIENCE}x`)],
    ['recipient', genuine.replace(RECIPIENT, 'https://evil.example.com/')],
    ['time', genuine.replaceAll('2026-11-29T12:05:00Z', '2036-11-29T12:05:00Z')],
    ['digest', genuine.replace(/<DigestValue>[^<]{10}/, '<DigestValue>AAAAAAAAAA')],
    ['signature', genuine.replace(/<SignatureValue>[^<]{10}/, '<SignatureValue>AAAAAAAAAA')],
    ['id', genuine.replace('ID="_assertion"', 'ID="_other"')],
  ])('changed %s', async (_, xml) => {
    expect(xml).not.toBe(genuine);
    expect(await reasonOf(xml)).toMatch(/^no signature matches: the response was changed/);
  });

  it.each([
    ['unsigned', responseOf(assertionOf()), /^neither the response nor the assertion is signed/],
    [
      'signed by someone else',
      signed(responseOf(assertionOf()), 'Assertion', stranger),
      /not in the metadata/,
    ],
    [
      'signed with SHA-1',
      signed(responseOf(assertionOf()), 'Assertion', key, SHA1),
      /^it is signed with rsa-sha1/,
    ],
    ['a second assertion', genuine.replace('<Assertion', `${forged}<Assertion`), /^there are 2 assertions/],
    [
      'a forged assertion around the signed one',
      genuine.replace(assertion, forged.replace('</Assertion>', `${assertion}</Assertion>`)),
      /^there are 2 assertions/,
    ],
    [
      'the signed assertion hidden in an extension',
      responseOf(`<samlp:Extensions>${assertion}</samlp:Extensions>${forged}`),
      /^there are 2 assertions/,
    ],
    [
      'the signed assertion moved',
      responseOf(`<samlp:Extensions>${assertion}</samlp:Extensions>`),
      /^the assertion is not where it belongs/,
    ],
    [
      'the signature moved into the forged assertion',
      responseOf(forged.replace('<Subject>', `${signature}<Subject>`)),
      /^no signature matches/,
    ],
    [
      'the signature beside the forged assertion',
      responseOf(`<samlp:Extensions>${signature}</samlp:Extensions>${forged}`),
      /^a signature is not where it belongs/,
    ],
    [
      'a copied id',
      genuine.replace('<samlp:Status>', '<samlp:Status ID="_assertion">'),
      /^two elements have the id _assertion/,
    ],
    [
      'a comment in the name',
      genuine.replace('>ada@example.com</NameID>', '>ada@example.com<!---->.evil.com</NameID>'),
      /^it contains a comment/,
    ],
    [
      'a comment that the signature does not cover',
      signed(responseOf(assertionOf({ nameId: 'ada@example.com.evil.com' })), 'Assertion', key).replace(
        'ada@example.com.evil.com',
        'ada@example.com<!---->.evil.com',
      ),
      /^it contains a comment/,
    ],
    [
      'a processing instruction',
      genuine.replace('<Subject>', '<?x y?><Subject>'),
      /^it contains a comment or/,
    ],
    ['no assertion', responseOf(''), /^there is no assertion/],
    [
      'an encrypted assertion',
      responseOf('<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
      /^the assertion is encrypted/,
    ],
    [
      'a refusal of the provider',
      responseOf('', 'Requester'),
      /^the provider refused the sign-in: .*Requester$/,
    ],
    [
      'another message',
      '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>',
      /<Response>$/,
    ],
  ])('%s', async (_, xml, reason) => {
    expect(await reasonOf(xml)).toMatch(reason);
  });

  it('a forged assertion in a response that only its assertion was signed in', async () => {
    const swapped = genuine.replace(assertion, forged.replace('<Subject>', `${signature}<Subject>`));
    expect(await reasonOf(swapped.replace('_forged', '_assertion'))).toMatch(/^no signature matches/);
  });

  it.each([
    ['a document type', `<!DOCTYPE x [<!ENTITY e "ada">]>${genuine}`, InvalidInputError],
    ['broken XML', genuine.slice(0, -20), InvalidInputError],
    ['text', 'not base64!', InvalidInputError],
    ['a megabyte', 'A'.repeat(1_000_000), RefusedResponseError],
  ])('%s', async (_, recorded, expected) => {
    const given = recorded.startsWith('<') ? posted(recorded) : recorded;
    await expect(verifyResponse(given, metadata)).rejects.toThrow(expected);
  });
});

describe('metadata', () => {
  it('is read with its certificates, addresses and attributes', () => {
    const { facts, pems } = readSamlMetadata(metadataOf([key], { attributes: ['email'] }));
    expect(pems).toHaveLength(1);
    expect(facts).toMatchObject({
      ...{ entityId: ENTITY_ID, signature: 'absent', attributes: ['email'], validUntil: 1_893_456_000 },
      certificates: [{ subject: 'CN=idp', validTo: Date.parse('2036-01-01') / 1000, rsaBits: 2048 }],
      signOn: [{ location: 'https://idp.example.com/sso' }],
    });
  });

  it('that is signed is verified with its own certificates', () => {
    const own = signed(metadataOf([key]), 'EntityDescriptor', key);
    expect(readSamlMetadata(own).facts.signature).toBe('valid');
    expect(readSamlMetadata(own.replace('/sso', '/evil')).facts.signature).toBe('unverified');
    const others = signed(metadataOf([key]), 'EntityDescriptor', stranger);
    expect(readSamlMetadata(others).facts.signature).toBe('unverified');
  });

  it.each([
    ['a response', genuine],
    ['a web page', '<html/>'],
    ['a certificate that is none', metadataOf([{ ...key, base64: 'AAAA' }])],
    ['an entity', `<!DOCTYPE x>${metadataOf([key])}`],
    ['a time that is none', metadataOf([key], { validUntil: 'soon' })],
  ])('that is %s is refused', (_, text) => {
    expect(() => readSamlMetadata(text)).toThrow(InvalidInputError);
  });
});
