import type { CausesReport, ExplainedCause } from '../../incidents/causes-report.ts';
import { TargetId } from '../../shared/identifiers.ts';
import type { Problem } from '../cause.ts';

const MAX_EVIDENCE = 8;

/** The most likely cause that is a target; undefined if there is none. */
export const namedCause = ({ causes }: Pick<CausesReport, 'causes'>): ExplainedCause | undefined =>
  causes.find(({ node }) => TargetId.safeParse(node).success);

/** What a problem states of its cause. */
export const statedOf = ({
  node,
  confidence,
  evidence,
}: ExplainedCause): Pick<Problem, 'targetIds' | 'confidence' | 'evidence'> => ({
  ...{ targetIds: [node], confidence, evidence: evidence.slice(0, MAX_EVIDENCE) },
});
