import type { Remediation } from './remediation.ts';

/** True while people are asked whether to undo the remediation. */
export const awaitsUndo = ({ undoRequest, execution }: Remediation): boolean =>
  undoRequest !== null && (execution === null || execution.undo === null);
