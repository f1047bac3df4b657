/** What people should know about a model, after Mitchell et al. 2019, "Model Cards for Model Reporting". */
import { isoOfSeconds } from '../../shared/time.ts';
import { type LineUp, memberOf, stageOf, type Transition } from '../line-up.ts';
import type { Metrics, ModelVersion, Parameters, Stage, Tags } from '../model-version.ts';
import type { Rollout } from '../rollout.ts';
import { manifestHash } from './artefact-signature.ts';

export interface ModelCard {
  readonly kind: string;
  readonly version: string;
  readonly stage: Stage;
  readonly registeredAt: string;
  readonly description: string;
  readonly limits: readonly string[];
  readonly tags: Tags;
  readonly metrics: Metrics;
  readonly lineage: {
    readonly dataManifestHash: string;
    readonly codeHash: string;
    readonly manifestHash: string;
    readonly signedWith: string;
    readonly trainingRunId: string | null;
    readonly trainedAgainst: string;
    readonly seed: number;
    readonly parameters: Parameters;
  };
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly approval: { readonly by: string; readonly at: string; readonly reason: string } | null;
  readonly history: readonly {
    readonly at: string;
    readonly from: Stage;
    readonly to: Stage;
    readonly reason: string;
  }[];
  readonly rollout: {
    readonly rolloutId: string;
    readonly status: Rollout['status'];
    readonly seconds: number | null;
    readonly reason: string | null;
  } | null;
}

const historyOf = ({ at, from, to, reason }: Transition) => ({ at: isoOfSeconds(at), from, to, reason });

const approvalOf = (lineUp: LineUp, version: string): ModelCard['approval'] => {
  const approval = memberOf(lineUp, version)?.approval ?? null;
  return approval && { by: approval.by.name, at: isoOfSeconds(approval.at), reason: approval.reason };
};

const rolloutOf = (rollout: Rollout | undefined): ModelCard['rollout'] =>
  rollout === undefined
    ? null
    : {
        ...{ rolloutId: rollout.rolloutId, status: rollout.status },
        seconds: rollout.ended?.seconds ?? null,
        reason: rollout.ended?.reason?.text ?? null,
      };

/** The card of a version; its rollout is undefined if it never had one. */
export const modelCard = (model: ModelVersion, lineUp: LineUp, rollout: Rollout | undefined): ModelCard => {
  const { kind, version, registeredAt, description, limits, tags, metrics, lineage, manifest } = model;
  return {
    ...{ kind, version, stage: stageOf(lineUp, version), registeredAt: isoOfSeconds(registeredAt) },
    ...{ description, limits, tags, metrics },
    lineage: { ...lineage, manifestHash: manifestHash(manifest), signedWith: model.signature.keyId },
    files: manifest.files,
    approval: approvalOf(lineUp, version),
    history: lineUp.transitions.filter((each) => each.version === version).map(historyOf),
    rollout: rolloutOf(rollout),
  };
};
