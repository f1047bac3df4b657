import * as z from 'zod';
import { type AnchorDeps, anchorDecisions } from '../../../core/remediation/audit/anchor-decisions.ts';
import { parseInput } from '../../runtime/parse-input.ts';

const Input = z.object({ scheduledAt: z.iso.datetime({ offset: true }) });

/** Verifies and anchors the chains of all tenants, as of the scheduled time. A repeated invocation writes nothing twice. */
export const makeHandler = (deps: AnchorDeps) => async (event: unknown) => {
  const { scheduledAt } = parseInput(Input, event);
  return anchorDecisions(deps, Math.floor(Date.parse(scheduledAt) / 1000));
};
