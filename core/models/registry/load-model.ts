import { InvalidInputError } from '../../shared/errors.ts';
import { UntrustedModelError } from '../errors.ts';
import type { TrustedKey } from '../model-artefact.ts';
import type { ModelVersion } from '../model-version.ts';
import type { ArtefactFiles, ModelScope, ModelStore } from '../ports.ts';
import type { SemanticVersion } from '../semantic-version.ts';
import { fileFault, signatureFault } from './artefact-signature.ts';

export interface LoadDeps {
  readonly store: Pick<ModelStore, 'version'>;
  readonly files: Pick<ArtefactFiles, 'read'>;
  readonly trusted: readonly TrustedKey[];
}

export interface LoadedModel {
  readonly model: ModelVersion;
  /** By their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The manifest must be about this version: that of another one is signed, too. */
const manifestFault = (
  scope: ModelScope,
  { version, manifest, signature, lineage }: ModelVersion,
  trusted: readonly TrustedKey[],
): string | undefined => {
  const isOwn =
    manifest.tenantId === scope.tenantId &&
    manifest.kind === scope.kind &&
    manifest.version === version &&
    manifest.dataManifestHash === lineage.dataManifestHash &&
    manifest.codeHash === lineage.codeHash;
  return isOwn ? signatureFault(manifest, signature, trusted) : 'its manifest is that of another model';
};

/**
 * The files of a registered version, verified.
 * @throws InvalidInputError if the version is not registered
 * @throws UntrustedModelError if a file is not the one that was signed, or the signature is not accepted
 */
export const loadModel = async (
  { store, files, trusted }: LoadDeps,
  scope: ModelScope,
  version: SemanticVersion,
): Promise<LoadedModel> => {
  const refuse = (fault: string): never => {
    throw new UntrustedModelError(`version ${version} of ${scope.kind} is not loaded: ${fault}`);
  };
  const model = (await store.version(scope, version))?.item;
  if (model === undefined) throw new InvalidInputError(`${scope.kind} has no version ${version}`);
  const fault = manifestFault(scope, model, trusted);
  if (fault !== undefined) return refuse(fault);
  const loaded = new Map<string, Uint8Array>();
  for (const file of model.manifest.files) {
    const content = await files.read(scope, `${model.artefactPrefix}${file.name}`);
    const wrong = fileFault(file, content);
    if (content === undefined || wrong !== undefined)
      return refuse(wrong ?? `its file ${file.name} is missing`);
    loaded.set(file.name, content);
  }
  return { model, files: loaded };
};
