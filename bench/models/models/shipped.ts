/** The default artefact: its corpora, and how many windows are cut from each series at each step. */
import { readLabelled, readNab } from './corpora.ts';
import { rowsOfCorpus, type StepPlan } from './rows.ts';

export const SEED = 1;

export const STEPS: readonly StepPlan[] = [
  { stepSeconds: 300, windows: 160 },
  { stepSeconds: 60, windows: 40 },
  { stepSeconds: 900, windows: 40 },
];
export const STEP_SECONDS = STEPS.map(({ stepSeconds }) => stepSeconds);

/** The rows from which the artefact is trained that ships with the product. */
export const rowsToShip = (data: string): Float32Array[] =>
  rowsOfCorpus([...readLabelled(data), ...readNab(data)], STEPS, SEED);
