import * as z from 'zod';
import { type ActDeps, actStep } from '../../../core/remediation/runs/act.ts';
import { type CheckDeps, checkStep } from '../../../core/remediation/runs/check.ts';
import type { StepOutcome } from '../../../core/remediation/runs/outcome.ts';
import { type PrepareDeps, prepareStep } from '../../../core/remediation/runs/prepare.ts';
import type { Rules } from '../../../core/remediation/runs/rules.ts';
import type { RunKey } from '../../../core/remediation/runs/step.ts';
import { checkUndoStep, type UndoDeps, undoStep } from '../../../core/remediation/runs/undo.ts';
import { TenantId } from '../../../core/shared/identifiers.ts';
import type { Telemetry } from '../../../core/shared/telemetry.ts';
import { parseInput } from '../../runtime/parse-input.ts';

export interface Deps extends PrepareDeps, ActDeps, CheckDeps, UndoDeps {
  readonly rules: Rules;
  readonly telemetry: Telemetry;
}

type ExecutionStep = (deps: Deps, key: RunKey) => Promise<StepOutcome>;

const STEPS = {
  prepare: prepareStep,
  act: actStep,
  check: checkStep,
  undo: undoStep,
  'check-undo': checkUndoStep,
} as const satisfies Readonly<Record<string, ExecutionStep>>;

/** From the states that act on a resource. */
const Input = z.strictObject({
  tenantId: TenantId,
  remediationId: z.string().min(1),
  step: z.enum(['prepare', 'act', 'check', 'undo', 'check-undo']),
});

/** Takes one step of an action or of its undoing. Only this function can change resources. */
export const makeHandler =
  (deps: Deps) =>
  async (event: unknown): Promise<StepOutcome> => {
    const { step, ...key } = parseInput(Input, event);
    const outcome = await STEPS[step](deps, key);
    const { status, next } = outcome;
    const { remediationId } = key;
    deps.telemetry.info('action step', { ...key, correlationId: remediationId, step, status, next });
    return outcome;
  };
