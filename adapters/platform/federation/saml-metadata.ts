import { X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import type {
  MetadataSignature,
  SamlMetadata,
  SigningCertificate,
} from '../../../core/platform/federation/facts.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { allOf, childrenOf, isNamed, parseXml, textOf, timeIn } from './xml-document.ts';

export interface ReadMetadata {
  readonly facts: SamlMetadata;
  /** The signing certificates in PEM. */
  readonly pems: readonly string[];
}

const WHAT = 'metadata';
/** Providers publish the current certificate and the next; each is tried for the signature. */
const MAX_CERTIFICATES = 20;

const certificateIn = (element: Element): X509Certificate => {
  try {
    return new X509Certificate(Buffer.from(textOf(element), 'base64'));
  } catch (cause) {
    throw new InvalidInputError(`${WHAT}: found an unreadable certificate, expected X.509 in base64`, {
      cause,
    });
  }
};

/** Certificates of keys for signatures; a key without a use serves for everything. */
const certificatesIn = (provider: Element): readonly X509Certificate[] => {
  const found = childrenOf(provider, 'metadata', 'KeyDescriptor')
    .filter((key) => key.getAttribute('use') !== 'encryption')
    .flatMap((key) => allOf(key, 'signature', 'X509Certificate'));
  if (found.length <= MAX_CERTIFICATES) return found.map(certificateIn);
  throw new InvalidInputError(
    `${WHAT}: found ${found.length} certificates for signatures, expected at most ${MAX_CERTIFICATES}`,
  );
};

/** Undefined for a key that is not RSA, or of a kind that is not known. */
const rsaBitsOf = (certificate: X509Certificate): number | undefined => {
  try {
    return certificate.publicKey.asymmetricKeyDetails?.modulusLength;
  } catch {
    return undefined;
  }
};

const describe = (certificate: X509Certificate): SigningCertificate => ({
  subject: certificate.subject.replaceAll('\n', ', '),
  fingerprint: certificate.fingerprint256,
  validFrom: Date.parse(certificate.validFrom) / 1000,
  validTo: Date.parse(certificate.validTo) / 1000,
  rsaBits: rsaBitsOf(certificate),
});

const isSignedWith = (text: string, signature: Node, publicCert: string, id: string): boolean => {
  try {
    const signed = new SignedXml({ publicCert });
    signed.loadSignature(signature);
    const references = signed.getReferences().map(({ uri }) => uri);
    return (
      references.length === 1 && ['', `#${id}`].includes(references[0] ?? '?') && signed.checkSignature(text)
    );
  } catch {
    return false;
  }
};

const signatureOf = (text: string, root: Element, pems: readonly string[]): MetadataSignature => {
  const [signature, ...more] = childrenOf(root, 'signature', 'Signature');
  if (signature === undefined) return 'absent';
  const id = root.getAttribute('ID') ?? '';
  const isVerified = more.length === 0 && pems.some((pem) => isSignedWith(text, signature, pem, id));
  return isVerified ? 'valid' : 'unverified';
};

/** @throws InvalidInputError for anything but the metadata of one SAML 2.0 identity provider */
export const readSamlMetadata = (text: string): ReadMetadata => {
  const root = parseXml(text, WHAT);
  const [provider] = isNamed(root, 'metadata', 'EntityDescriptor')
    ? childrenOf(root, 'metadata', 'IDPSSODescriptor')
    : [];
  if (provider === undefined)
    throw new InvalidInputError(
      `${WHAT}: found <${root.nodeName}>, expected <EntityDescriptor> with <IDPSSODescriptor>: the metadata of an identity provider`,
    );
  const certificates = certificatesIn(provider);
  const pems = certificates.map(String);
  return {
    pems,
    facts: {
      entityId: root.getAttribute('entityID') ?? '',
      validUntil: timeIn(root, 'validUntil'),
      signature: signatureOf(text, root, pems),
      certificates: certificates.map(describe),
      signOn: childrenOf(provider, 'metadata', 'SingleSignOnService').map((service) => ({
        binding: service.getAttribute('Binding') ?? '',
        location: service.getAttribute('Location') ?? '',
      })),
      attributes: allOf(provider, 'assertion', 'Attribute').map((each) => each.getAttribute('Name') ?? ''),
    },
  };
};
