/** Who signed the files of a model, and whether they are the signed ones. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { canonicalJson, jsonHash } from '../../shared/canonical-json.ts';
import type { ArtefactFile, ArtefactManifest, ArtefactSignature, TrustedKey } from '../model-artefact.ts';

/** Separates these signatures from all others that the same key may make. */
const DOMAIN = 'forestall/model-artefact/1\n';

/** The bytes that are signed. */
export const signedBytes = (manifest: ArtefactManifest): Uint8Array =>
  Buffer.from(`${DOMAIN}${canonicalJson(manifest)}`, 'utf8');

export const manifestHash = (manifest: ArtefactManifest): string => jsonHash(manifest);

const publicKeyOf = ({ publicKey }: TrustedKey) =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });

/** Why a signature is not accepted; undefined if it is. */
export const signatureFault = (
  manifest: ArtefactManifest,
  { keyId, value }: ArtefactSignature,
  trusted: readonly TrustedKey[],
): string | undefined => {
  const key = trusted.find((each) => each.keyId === keyId);
  if (key === undefined) return `it is signed with the key ${keyId}, which is not trusted`;
  const signature = Buffer.from(value, 'base64url');
  // Compared as text, too: base64url has several spellings of the same bytes.
  const isGenuine =
    signature.toString('base64url') === value &&
    verify(null, signedBytes(manifest), publicKeyOf(key), signature);
  return isGenuine ? undefined : `its manifest does not match the signature of the key ${keyId}`;
};

/** Why a file is not the one of the manifest; undefined if it is. */
export const fileFault = ({ name, bytes, sha256 }: ArtefactFile, content: Uint8Array | undefined) => {
  if (content === undefined) return `its file ${name} is missing`;
  if (content.length !== bytes) return `its file ${name} has ${content.length} bytes instead of ${bytes}`;
  const found = createHash('sha256').update(content).digest('hex');
  return found === sha256 ? undefined : `its file ${name} is not the one that was signed`;
};
