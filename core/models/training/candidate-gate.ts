/** The gate of a training: its model against the champion, on windows that neither search nor training saw. */
import { InvalidInputError } from '../../shared/errors.ts';
import type { Metrics } from '../model-version.ts';
import type { CandidateGate, Snapshots, Trainer, TrustedKeys } from '../ports.ts';
import { fileFault } from '../registry/artefact-signature.ts';
import { type LoadDeps, loadModel } from '../registry/load-model.ts';
import { SHIPPED_VERSION } from '../semantic-version.ts';
import type { TrainedArtefact, TrainingRun, ValidationReport } from '../training-run.ts';
import type { GateSettings } from '../validation/gate-settings.ts';
import { type GateReport, validateCandidate } from '../validation/validate-candidate.ts';
import { dataOf } from './train-model.ts';

export interface GateDeps {
  readonly store: LoadDeps['store'];
  readonly files: LoadDeps['files'];
  readonly keys: Pick<TrustedKeys, 'all'>;
  readonly snapshots: Pick<Snapshots, 'series'>;
  readonly trainer: Pick<Trainer, 'score'>;
  readonly settings: GateSettings;
}

type Files = ReadonlyMap<string, Uint8Array>;

const artefactOf = ({ runId, artefact }: TrainingRun): TrainedArtefact => {
  if (artefact !== null) return artefact;
  throw new InvalidInputError(`training ${runId} has trained no model`);
};

/** @throws InvalidInputError if a file is not the one that was trained */
const candidateFiles = async (
  { files }: GateDeps,
  run: TrainingRun,
  artefact: TrainedArtefact,
): Promise<Files> => {
  const found = new Map<string, Uint8Array>();
  for (const file of artefact.files) {
    const content = await files.read(run, `${artefact.artefactPrefix}${file.name}`);
    const fault = fileFault(file, content);
    if (content === undefined || fault !== undefined)
      throw new InvalidInputError(`the model of training ${run.runId} cannot be judged: ${fault}`);
    found.set(file.name, content);
  }
  return found;
};

/** Undefined for the version that ships. */
const championFiles = async (
  { store, files, keys }: GateDeps,
  run: TrainingRun,
): Promise<Files | undefined> => {
  if (run.champion === SHIPPED_VERSION) return undefined;
  const trusted = await keys.all(run.tenantId);
  return (await loadModel({ store, files, trusted }, run, run.champion)).files;
};

const metricsOf = ({ rules }: GateReport): Metrics =>
  Object.fromEntries(
    rules.flatMap(({ rule, figure }) =>
      figure === null || !Number.isFinite(figure) ? [] : [[`gate.${rule}`, figure]],
    ),
  );

/** Judges a trained model with every rule of the gate against the champion of the time when its training began. */
export const candidateGate = (deps: GateDeps): CandidateGate => ({
  judge: async (run): Promise<ValidationReport> => {
    const { trainer, settings } = deps;
    const artefact = artefactOf(run);
    const { manifestHash, heldOut: stretch } = dataOf(run);
    const series = await deps.snapshots.series(run, manifestHash);
    const candidate = await trainer.score(await candidateFiles(deps, run, artefact), series, stretch);
    const champion = await trainer.score(await championFiles(deps, run), series, stretch);
    const report = validateCandidate(
      {
        ...{ model: `the model of training ${run.runId}`, results: candidate.results },
        warmSeconds: candidate.seconds,
        artefactBytes: artefact.files.reduce((sum, { bytes }) => sum + bytes, 0),
      },
      { model: `${run.kind} ${run.champion}`, results: champion.results },
      settings,
    );
    const failed = report.rules.filter(({ passed }) => !passed);
    return {
      ...{ isAccepted: report.passed, metrics: metricsOf(report) },
      reasons: failed.map(({ rule, reason }) => `${rule}: ${reason}`),
    };
  },
});
