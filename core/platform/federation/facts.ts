/** What an identity provider publishes about itself, and what a recorded response of it contains. Times are epoch seconds. */

export interface SigningCertificate {
  readonly subject: string;
  /** SHA-256, as hexadecimal pairs. */
  readonly fingerprint: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly rsaBits?: number | undefined;
}

/** `unverified`: the signature is not by one of the signing certificates of the document, or does not match it. */
export type MetadataSignature = 'absent' | 'valid' | 'unverified';

/** Metadata of a SAML identity provider (saml-metadata-2.0-os). */
export interface SamlMetadata {
  readonly entityId: string;
  readonly validUntil?: number | undefined;
  readonly signature: MetadataSignature;
  readonly certificates: readonly SigningCertificate[];
  readonly signOn: readonly { readonly binding: string; readonly location: string }[];
  /** Names of the attributes that the provider announces; most announce none. */
  readonly attributes: readonly string[];
}

/** What the verified assertion of a response says. */
export interface Assertion {
  readonly signed: 'assertion' | 'response';
  readonly issuer: string;
  readonly subject: { readonly value: string; readonly format: string } | undefined;
  readonly confirmations: readonly {
    readonly method: string;
    readonly recipient: string | undefined;
    readonly notOnOrAfter: number | undefined;
  }[];
  readonly notBefore: number | undefined;
  readonly notOnOrAfter: number | undefined;
  readonly audiences: readonly string[];
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** What the stage expects of a provider. */
export interface ExpectedSignIn {
  /** `https://<domain>/saml2/idpresponse`; undefined if the login page is not known. */
  readonly recipient: string | undefined;
  /** `urn:amazon:cognito:sp:<pool>`; undefined if the pool is not known. */
  readonly audience: string | undefined;
  readonly emailAttribute: string;
}
