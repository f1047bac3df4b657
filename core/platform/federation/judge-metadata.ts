import { DAY_SECONDS } from '../../shared/time.ts';
import type { CheckResult, Finding } from '../doctor/check.ts';
import type { SamlMetadata, SigningCertificate } from './facts.ts';
import { dayOf, finding, judged } from './findings.ts';

/** Time for a provider's administrator to publish the next certificate. */
const EXPIRY_WARNING_DAYS = 30;
const MIN_RSA_BITS = 2048;
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const RENEW = 'have the provider publish a new certificate, and deploy the stage again';

const judgeProvider = ({ entityId, validUntil }: SamlMetadata, now: number): CheckResult => {
  const isPast = validUntil !== undefined && validUntil <= now;
  const expired = finding(
    entityId,
    `the metadata was valid until ${dayOf(validUntil ?? 0)}`,
    'download the current metadata of the provider',
  );
  return judged('provider', entityId, isPast ? [expired] : []);
};

const problemOf = ({ validFrom, validTo, rsaBits }: SigningCertificate, now: number): string | undefined => {
  if (validTo <= now) return `expired on ${dayOf(validTo)}`;
  if (validFrom > now) return `is not valid before ${dayOf(validFrom)}`;
  if (rsaBits !== undefined && rsaBits < MIN_RSA_BITS)
    return `has a key of ${rsaBits} bits, expected at least ${MIN_RSA_BITS}`;
  return undefined;
};

/** Cognito accepts a signature by any certificate of the metadata, and refuses metadata with an expired one. */
const judgeCertificates = ({ certificates }: SamlMetadata, now: number): CheckResult => {
  const bad: Finding[] = certificates.flatMap((certificate) => {
    const problem = problemOf(certificate, now);
    return problem === undefined ? [] : [finding(certificate.subject, `the certificate ${problem}`, RENEW)];
  });
  if (certificates.length === 0)
    bad.push(finding('metadata', 'there is no certificate for signatures', 'download complete metadata'));
  const last = Math.max(...certificates.map(({ validTo }) => validTo));
  if (bad.length === 0 && last < now + EXPIRY_WARNING_DAYS * DAY_SECONDS)
    bad.push(finding('certificates', `the last one expires on ${dayOf(last)}`, RENEW));
  const until = certificates.length === 0 ? '' : `, valid until ${dayOf(last)}`;
  return judged('certificates', `${certificates.length} for signatures${until}`, bad);
};

const judgeAddresses = ({ signOn }: SamlMetadata): CheckResult => {
  const usable = signOn.filter(({ binding }) => binding === REDIRECT || binding === POST);
  const insecure = usable.filter(({ location }) => !location.startsWith('https://'));
  const findings = insecure.map(({ location }) =>
    finding(location, 'the address of sign-in is not HTTPS', 'have the provider use HTTPS'),
  );
  if (usable.length === 0)
    findings.push(
      finding('metadata', 'there is no address for sign-in by redirect or POST', 'enable one of them'),
    );
  return judged('addresses', usable.map(({ location }) => location).join(', ') || 'none', findings);
};

const SIGNATURES: Readonly<Record<SamlMetadata['signature'], string>> = {
  absent: 'not signed; HTTPS protects the download',
  valid: 'signed with one of its own certificates, which does not prove where it comes from',
  unverified: 'signed, not verified',
};

const judgeSignature = ({ signature }: SamlMetadata): CheckResult =>
  judged(
    'signature',
    SIGNATURES[signature],
    signature === 'unverified'
      ? [
          finding(
            'metadata',
            'none of its certificates for signatures made its signature: it was changed, or a federation signed it',
            'download it again from the provider itself, over HTTPS',
          ),
        ]
      : [],
  );

/** Most providers announce no attributes; then only a response shows them. */
const judgeAttributes = ({ attributes }: SamlMetadata, emailAttribute: string): CheckResult => {
  if (attributes.length === 0) return judged('attributes', 'none announced: check a recorded response');
  const missing = attributes.includes(emailAttribute)
    ? []
    : [
        finding(
          'emailAttribute',
          `the provider announces no attribute ${emailAttribute}`,
          `set it to one of: ${attributes.join(', ')}`,
        ),
      ];
  return judged('attributes', `${attributes.length} announced`, missing);
};

/** Judges the metadata of a SAML provider at a time in epoch seconds. */
export const judgeMetadata = (
  metadata: SamlMetadata,
  emailAttribute: string,
  now: number,
): readonly CheckResult[] => [
  judgeProvider(metadata, now),
  judgeCertificates(metadata, now),
  judgeAddresses(metadata),
  judgeSignature(metadata),
  judgeAttributes(metadata, emailAttribute),
];
