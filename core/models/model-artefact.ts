/** The files of a trained model, and the signed list of their hashes. */
import * as z from 'zod';
import { TenantId } from '../shared/identifiers.ts';
import { SemanticVersion } from './semantic-version.ts';

export const ModelKind = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected 1-40 characters of a-z, 0-9 and "-", a letter first');
export type ModelKind = z.infer<typeof ModelKind>;

/** SHA-256 as hexadecimal digits. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

/** A function has to hold all files of a model. */
export const MAX_ARTEFACT_FILES = 50;

export const ArtefactFile = z.strictObject({
  /** Below the folder of the artefact. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w-]*(?:\.[\w-]+)*$/)
    .max(100),
  bytes: z.number().int().nonnegative(),
  sha256: Hash,
});
export type ArtefactFile = z.infer<typeof ArtefactFile>;

/** What is signed: the files, and whose model and which version of it they are, so that no other can take its place. */
export const ArtefactManifest = z.strictObject({
  tenantId: TenantId,
  kind: ModelKind,
  version: SemanticVersion,
  /** Version of the format of the files. */
  format: z.number().int().positive(),
  dataManifestHash: Hash,
  codeHash: Hash,
  /** In the order of their names. */
  files: z.array(ArtefactFile).min(1).max(MAX_ARTEFACT_FILES),
});
export type ArtefactManifest = z.infer<typeof ArtefactManifest>;

export const ArtefactSignature = z.strictObject({
  keyId: z.string().min(1).max(200),
  /** Ed25519 (RFC 8032), 64 bytes in base64url. */
  value: z.string().regex(/^[\w-]{86}$/),
});
export type ArtefactSignature = z.infer<typeof ArtefactSignature>;

/** A public key whose signatures are accepted. */
export interface TrustedKey {
  readonly keyId: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
}
