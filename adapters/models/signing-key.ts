/** The key pair of a tenant that a version of the secret of signatures stands for. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { ArtefactSignature, TrustedKey } from '../../core/models/model-artefact.ts';
import { deriveKey, type KeyVersion } from '../../core/platform/secrets/key-ring.ts';

/** Before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Derived, so that the private key is never stored, and that each replica of the function has the same one. */
const privateKeyOf = (version: KeyVersion, tenantId: string): KeyObject =>
  createPrivateKey({
    ...{
      key: Buffer.concat([PKCS8_PREFIX, deriveKey(version, 'model', tenantId)]),
      format: 'der',
      type: 'pkcs8',
    },
  });

const keyIdOf = ({ id }: KeyVersion): string => `signing-${id}`;

/** What verifies the signatures that a version makes for a tenant. */
export const trustedKeyOf = (version: KeyVersion, tenantId: string): TrustedKey => ({
  keyId: keyIdOf(version),
  publicKey: String(createPublicKey(privateKeyOf(version, tenantId)).export({ format: 'jwk' }).x),
});

/** Ed25519 (RFC 8032) over the bytes. */
export const signWith = (version: KeyVersion, tenantId: string, message: Uint8Array): ArtefactSignature => ({
  keyId: keyIdOf(version),
  value: sign(null, message, privateKeyOf(version, tenantId)).toString('base64url'),
});
