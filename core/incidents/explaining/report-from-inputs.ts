import type { Json } from '../../shared/canonical-json.ts';
import type { CausesReport } from '../causes-report.ts';
import { DiagnosisInputs, materialOf } from './diagnosis-inputs.ts';
import { rowsAround } from './diagnosis-rows.ts';
import { reportCauses } from './report-causes.ts';

const limitsOf = ({ omitted: { farther } }: DiagnosisInputs): readonly string[] =>
  farther === 0
    ? []
    : [
        `${farther} series of the farthest targets are left out: there are more than one diagnosis may record`,
      ];

/**
 * Explains an incident from the inputs that `diagnosisInputs` gives. Pure: the same inputs give the same report.
 * @throws ZodError if these are not inputs of a diagnosis
 */
export const reportFromInputs = (inputs: Json): CausesReport => {
  const read = DiagnosisInputs.parse(inputs);
  const rows = rowsAround(read.incident.startedAt, read.now, read.stepSeconds);
  const report = reportCauses(materialOf(read), rows);
  return { ...report, limits: [...report.limits, ...limitsOf(read)] };
};
