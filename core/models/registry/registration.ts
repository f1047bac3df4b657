/** A trained model becomes a version. The steps that register add what they record themselves to the same write. */
import type { EventPublisher } from '../../shared/messaging.ts';
import { isoOfSeconds } from '../../shared/time.ts';
import { MODELS_SOURCE, type ModelEvent } from '../events.ts';
import type { LineUp } from '../line-up.ts';
import type { ArtefactManifest, ArtefactSignature } from '../model-artefact.ts';
import type { ModelVersion } from '../model-version.ts';
import type { ArtefactSigner, ModelScope, ModelStore, ModelWrite } from '../ports.ts';
import type { VersionChange } from '../semantic-version.ts';
import type { TrainedArtefact } from '../training-run.ts';
import { manifestHash, signedBytes } from './artefact-signature.ts';
import { changeLineUp } from './change-line-up.ts';
import { register, versionOfCause } from './line-up-changes.ts';

export interface RegisterDeps {
  readonly store: Pick<ModelStore, 'lineUp' | 'version' | 'commit'>;
  readonly signer: ArtefactSigner;
  readonly events: EventPublisher;
}

/** A trained model before it has a version. */
export interface NewModel
  extends Pick<ModelVersion, 'cause' | 'lineage' | 'metrics' | 'tags' | 'description' | 'limits'> {
  readonly artefact: Omit<TrainedArtefact, 'metrics'>;
}

type Kept = Pick<ModelVersion, 'lineage' | 'manifest'>;

/** How a model differs from the newest one before it. */
export const changeSince = (before: Kept | undefined, { lineage, artefact }: NewModel): VersionChange => {
  if (before === undefined) return 'minor';
  if (before.manifest.format !== artefact.format) return 'major';
  return before.lineage.codeHash === lineage.codeHash ? 'patch' : 'minor';
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

const manifestOf = (
  { tenantId, kind }: ModelScope,
  version: string,
  { artefact, lineage }: NewModel,
): ArtefactManifest => ({
  ...{ tenantId, kind, version, format: artefact.format },
  ...{ dataManifestHash: lineage.dataManifestHash, codeHash: lineage.codeHash },
  files: artefact.files.toSorted(byName),
});

const versionItem = (
  scope: ModelScope,
  model: NewModel,
  manifest: ArtefactManifest,
  signature: ArtefactSignature,
  registeredAt: number,
): ModelVersion => {
  const { artefact, ...rest } = model;
  const { version } = manifest;
  const { tenantId, kind } = scope;
  return {
    ...{ tenantId, kind, version, registeredAt, manifest, signature },
    ...{ ...rest, artefactPrefix: artefact.artefactPrefix },
  };
};

export const registeredEvent = (model: ModelVersion): ModelEvent => {
  const { tenantId, kind, version, registeredAt, lineage, manifest } = model;
  return {
    ...{ name: 'ModelRegistered', source: MODELS_SOURCE },
    detail: {
      id: ['ModelRegistered', tenantId, kind, version].join('/'),
      ...{ tenantId, kind, version, occurredAt: isoOfSeconds(registeredAt) },
      ...{ runId: lineage.trainingRunId, manifestHash: manifestHash(manifest) },
    },
  };
};

/** The signed version under the next number, at `now` (epoch seconds). */
const versionAfter = async (
  { store, signer }: RegisterDeps,
  scope: ModelScope,
  lineUp: LineUp,
  model: NewModel,
  now: number,
): Promise<{ readonly lineUp: LineUp; readonly version: ModelVersion }> => {
  const before = (await store.version(scope, lineUp.highest))?.item;
  const next = register(lineUp, changeSince(before, model), model.cause);
  const manifest = manifestOf(scope, next.version, model);
  const signature = await signer.sign(scope.tenantId, signedBytes(manifest));
  return { lineUp: next.lineUp, version: versionItem(scope, model, manifest, signature, now) };
};

/**
 * Registers a model as a candidate, once per cause, at `now` (epoch seconds), and announces it. `beside` is written
 * together with it, for the version that it gets.
 */
export const registerModel = async (
  deps: RegisterDeps,
  scope: ModelScope,
  model: NewModel,
  now: number,
  beside: (version: string) => Promise<Omit<ModelWrite, 'scope'>> = async () => ({}),
): Promise<ModelVersion> => {
  const registered = await changeLineUp<ModelVersion>(deps.store, scope, async ({ item, revision }) => {
    const known = versionOfCause(item, model.cause);
    const stored = known === undefined ? undefined : await deps.store.version(scope, known);
    if (stored !== undefined) return { result: stored.item };
    const { lineUp, version } = await versionAfter(deps, scope, item, model, now);
    const write = {
      ...(await beside(version.version)),
      lineUp: { item: lineUp, revision },
      version: { item: version, revision: 0 },
    };
    return { write, result: version };
  });
  await deps.events.publish([registeredEvent(registered)]);
  return registered;
};
