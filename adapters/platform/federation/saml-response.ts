import { SAML } from '@node-saml/node-saml';
import type { Assertion } from '../../../core/platform/federation/facts.ts';
import { ForestallError, InvalidInputError } from '../../../core/shared/errors.ts';
import { isSigned, malformed, namedCertificates } from './response-form.ts';
import type { ReadMetadata } from './saml-metadata.ts';
import { allOf, childrenOf, parseXml, textOf, timeIn } from './xml-document.ts';

/** The response cannot be accepted; the message says why. */
export class RefusedResponseError extends ForestallError {
  override readonly name = 'RefusedResponseError';
}

/** Cognito accepts no longer ones. */
const MAX_CHARACTERS = 100_000;
const WHAT = 'response';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** @throws RefusedResponseError */
const requireLength = (base64: number): void => {
  if (base64 <= MAX_CHARACTERS) return;
  throw new RefusedResponseError(`it has ${base64} characters in base64; Cognito accepts ${MAX_CHARACTERS}`);
};

/** The XML of a response as recorded: the body of the form, its field `SAMLResponse` in base64, or XML. */
const xmlOf = (recorded: string): string => {
  const text = recorded.trim();
  if (text.startsWith('<')) {
    requireLength(Math.ceil(Buffer.byteLength(text) / 3) * 4);
    return text;
  }
  const field = text.includes('SAMLResponse=') ? new URLSearchParams(text).get('SAMLResponse') : text;
  const base64 = (field ?? '').replaceAll(/\s/g, '');
  requireLength(base64.length);
  if (!BASE64.test(base64))
    throw new InvalidInputError(
      `${WHAT}: expected the field SAMLResponse in base64, as the browser posts it`,
    );
  return Buffer.from(base64, 'base64').toString('utf8');
};

/** The signed assertion, as the library returns it: nothing outside of what was signed. */
const verified = async (xml: string, pems: readonly string[]): Promise<string | undefined> => {
  const saml = new SAML({
    ...{ idpCert: [...pems], issuer: 'forestall', callbackUrl: 'https://localhost/', audience: false },
    ...{ wantAssertionsSigned: false, wantAuthnResponseSigned: false },
    // Times are judged at the time of the recording, not at that of the check.
    acceptedClockSkewMs: -1,
  });
  try {
    const SAMLResponse = Buffer.from(xml).toString('base64');
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
    return profile?.getAssertionXml?.();
  } catch {
    return undefined;
  }
};

const explainSignature = (root: Element, { facts }: ReadMetadata): string => {
  const known = new Set(facts.certificates.map(({ fingerprint }) => fingerprint));
  const other = namedCertificates(root).find((fingerprint) => !known.has(fingerprint));
  return other === undefined
    ? 'no signature matches: the response was changed after it was signed, or another key signed it'
    : `it is signed with the certificate ${other}, which is not in the metadata: download the current metadata`;
};

const attributesIn = (assertion: Element): ReadonlyMap<string, readonly string[]> =>
  new Map(
    allOf(assertion, 'assertion', 'Attribute').map((attribute) => [
      attribute.getAttribute('Name') ?? '',
      childrenOf(attribute, 'assertion', 'AttributeValue').map(textOf),
    ]),
  );

const describe = (assertion: Element, signed: Assertion['signed']): Assertion => {
  const [subject] = childrenOf(assertion, 'assertion', 'Subject');
  const nameId = subject && childrenOf(subject, 'assertion', 'NameID')[0];
  const [conditions] = childrenOf(assertion, 'assertion', 'Conditions');
  const confirmations = subject ? childrenOf(subject, 'assertion', 'SubjectConfirmation') : [];
  return {
    signed,
    issuer: textOf(childrenOf(assertion, 'assertion', 'Issuer')[0]),
    subject: nameId && { value: textOf(nameId), format: nameId.getAttribute('Format') ?? '' },
    confirmations: confirmations.map((confirmation) => {
      const [data] = childrenOf(confirmation, 'assertion', 'SubjectConfirmationData');
      return {
        method: confirmation.getAttribute('Method') ?? '',
        recipient: data?.getAttribute('Recipient') || undefined,
        notOnOrAfter: timeIn(data, 'NotOnOrAfter'),
      };
    }),
    notBefore: timeIn(conditions, 'NotBefore'),
    notOnOrAfter: timeIn(conditions, 'NotOnOrAfter'),
    audiences: conditions ? allOf(conditions, 'assertion', 'Audience').map(textOf) : [],
    attributes: attributesIn(assertion),
  };
};

/**
 * Verifies a recorded response with the certificates of the provider and returns what its assertion says.
 * @throws RefusedResponseError if it cannot be accepted
 * @throws InvalidInputError if it is no SAML response
 */
export const verifyResponse = async (recorded: string, metadata: ReadMetadata): Promise<Assertion> => {
  const xml = xmlOf(recorded);
  const root = parseXml(xml, WHAT);
  const reason = malformed(root);
  if (reason !== undefined) throw new RefusedResponseError(reason);
  const assertionXml = await verified(xml, metadata.pems);
  if (assertionXml === undefined) throw new RefusedResponseError(explainSignature(root, metadata));
  const [unverified] = allOf(root, 'assertion', 'Assertion');
  const signed = unverified !== undefined && isSigned(unverified) ? 'assertion' : 'response';
  return describe(parseXml(assertionXml, WHAT), signed);
};
