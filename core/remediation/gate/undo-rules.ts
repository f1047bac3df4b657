/** Rules about the undoing of an action. */
import type { Json } from '../../shared/canonical-json.ts';
import { WEEK_SECONDS } from '../../shared/time.ts';
import type { Change } from '../action.ts';
import type { LedgerEntry } from '../ledger.ts';
import { planHash, type RemediationPlan } from '../plan.ts';
import { AUTONOMY_STAGES } from '../policy.ts';
import type { Execution } from '../remediation.ts';
import { countApprovals } from './approvals.ts';
import type { GateWorld, RuleResult } from './gate-world.ts';
import { CLOCK_SKEW_SECONDS, runningOthers } from './ledger-rules.ts';
import { actionsPerHour, resourcesPerWindow, unitsPerRun, unitsPerWindow } from './limit-rules.ts';
import type { Matter, Permission } from './matter.ts';
import { actionVersion, statedParameters } from './plan-rules.ts';
import { type Rule, unless } from './rule.ts';
import { deployedAction, freeze, killSwitch, protectedResource } from './stop-rules.ts';
import type { UndoSubject } from './undo-inputs.ts';

export const HAND_OVER = 'restore the resource by hand';

/** An undoing, with the parts of policy, catalogue and ledger that it needs. */
export interface Undoing extends Permission {
  readonly plan: RemediationPlan;
  readonly execution: Execution & { readonly beganAt: number };
  readonly undoRequest: UndoSubject['undoRequest'];
  readonly isRequested: boolean;
  readonly world: GateWorld;
  /** The reservation of the action, and that of an earlier attempt to undo it. */
  readonly acted: LedgerEntry;
  readonly undone: LedgerEntry | undefined;
  readonly change: Change<Json>;
}

export type UndoRule = (undoing: Undoing) => RuleResult;

const isStageHighEnough: UndoRule = ({ stage }) =>
  unless(
    AUTONOMY_STAGES.indexOf(stage) >= AUTONOMY_STAGES.indexOf('approve'),
    () => `the stage is ${stage}`,
    'raise the stage of the environment and of the deployment',
  );

const undoesOnce: UndoRule = ({ undone, execution }) =>
  unless(
    (undone === undefined || undone.result === 'running') && (execution.undo?.doneAt ?? null) === null,
    () => 'it was undone already, or undoing it failed',
    HAND_OVER,
  );

/** The ledger may have forgotten what others did since. */
const isRecent: UndoRule = ({ acted, world }) =>
  unless(acted.at > world.now - WEEK_SECONDS, () => 'the action was more than a week ago', HAND_OVER);

const resourceIsFree: UndoRule = ({ plan, world }) =>
  unless(
    runningOthers(world, plan.remediationId).every(({ resource }) => resource !== plan.resource),
    () => `another remediation of ${plan.resource} is running`,
    'wait until it has ended',
  );

const isNewest: UndoRule = ({ plan, world, acted }) =>
  unless(
    world.ledger.entries.every(
      ({ remediationId, resource, at }) =>
        remediationId === plan.remediationId ||
        resource !== plan.resource ||
        at <= acted.at - CLOCK_SKEW_SECONDS,
    ),
    () => `another remediation changed ${plan.resource} since`,
    HAND_OVER,
  );

const isNoLarger = ({ change, acted }: Undoing): boolean => change.touches <= acted.units;

/** Asking for an undoing is approving it; the approvals are for the hash of the plan that is undone. */
const approved: UndoRule = ({ isRequested, undoRequest, plan, execution, environment, action, world }) => {
  if (!isRequested) return null;
  const needed = action.risk === 'high' ? 2 : 1;
  const from = Math.max(execution.beganAt, world.now - environment.approvalMinutes * 60);
  const count = countApprovals(undoRequest?.approvals ?? [], {
    ...{ planHash: planHash(plan), requestedBy: null, from, until: Number.POSITIVE_INFINITY },
    now: world.now,
  });
  return unless(count >= needed, () => `approvals: ${count} of ${needed}`, 'approval by people');
};

/** What the rules of actions judge: for them, the undoing is a further effect beside the action. */
const matterOf = ({ plan, change, world, ...permission }: Undoing): Matter => ({
  ...permission,
  plan: { ...plan, change, remediationId: `undo of ${plan.remediationId}` },
  world: {
    ...world,
    ledger: {
      entries: world.ledger.entries.filter(
        ({ remediationId, kind }) => remediationId !== plan.remediationId || kind === 'action',
      ),
    },
  },
});

const asAction =
  (rule: Rule): UndoRule =>
  (undoing) =>
    rule(matterOf(undoing));

const limited =
  (rule: Rule): UndoRule =>
  (undoing) =>
    undoing.isRequested || !isNoLarger(undoing) ? rule(matterOf(undoing)) : null;

export const UNDO_RULES: readonly (readonly [name: string, rule: UndoRule])[] = [
  ['kill-switch', asAction(killSwitch)],
  ['stage', isStageHighEnough],
  ['deployed-action', asAction(deployedAction)],
  ['protected-resource', asAction(protectedResource)],
  ['action-version', asAction(actionVersion)],
  ['stated-parameters', asAction(statedParameters)],
  ['undoes-once', undoesOnce],
  ['is-recent', isRecent],
  ['resource-is-free', resourceIsFree],
  ['is-newest', isNewest],
  ['approved', approved],
  ['freeze', limited(freeze)],
  ['units-per-run', limited(unitsPerRun)],
  ['units-per-window', limited(unitsPerWindow)],
  ['resources-per-window', limited(resourcesPerWindow)],
  ['actions-per-hour', limited(actionsPerHour)],
];
