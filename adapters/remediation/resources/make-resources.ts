/** The resources behind the actions of the catalogue. */
import type { Change } from '../../../core/remediation/action.ts';
import { RemediationBlockedError } from '../../../core/remediation/errors.ts';
import type { ResourceCall, Resources } from '../../../core/remediation/ports.ts';
import { canonicalJson, type Json } from '../../../core/shared/canonical-json.ts';
import { ConfigurationError } from '../../../core/shared/errors.ts';
import { isRefusal, withActionErrors } from './action-failure.ts';
import type { ActionSession } from './action-session.ts';
import type { Executor, Step } from './executor.ts';
import { requireOwner } from './ownership.ts';

export interface ResourcesDeps {
  /** By the id of the action. */
  readonly executors: Readonly<Record<string, Executor>>;
  /** The session under the role of the call's action. @throws ConfigurationError if it has no such role */
  readonly session: (call: ResourceCall, purpose: 'read' | 'change') => ActionSession;
}

const executorOf = ({ executors }: ResourcesDeps, { action }: ResourceCall): Executor => {
  const executor = Object.hasOwn(executors, action.id) ? executors[action.id] : undefined;
  if (executor !== undefined) return executor;
  throw new ConfigurationError(`no executor carries out the action ${action.id}`);
};

const describe = ({ action, resource }: ResourceCall): string => `${action.id} on ${resource}`;

const readOwned = async (deps: ResourcesDeps, call: ResourceCall, session: ActionSession): Promise<Json> => {
  const failure = {
    what: `reading the state for ${describe(call)}`,
    role: session.roleArn,
    permission: 'of its read statements',
  };
  const { owner, state } = await withActionErrors(failure, () => executorOf(deps, call).read(call, session));
  requireOwner(call, owner);
  return state;
};

const send = (call: ResourceCall, session: ActionSession, step: Step): Promise<unknown> =>
  withActionErrors(
    {
      what: `${describe(call)}: ${step.operation}`,
      role: session.roleArn,
      permission: `${step.service}:${step.operation}`,
    },
    () => step.send(session),
  );

const sendAll = async (
  deps: ResourcesDeps,
  call: ResourceCall,
  change: Change<Json>,
  steps: readonly Step[],
): Promise<void> => {
  const executor = executorOf(deps, call);
  const session = deps.session(call, 'change');
  for (const [i, step] of steps.entries())
    try {
      await send(call, session, step);
    } catch (error) {
      if (i > 0 && isRefusal(error))
        for (const taken of executor.withdraw?.(call, change) ?? []) await send(call, session, taken);
      throw error;
    }
};

/** What the plan rests on must still be true; the gate compared it too, but some time ago. */
const requireUnchanged = (call: ResourceCall, change: Change<Json>, present: Json): void => {
  const { action } = call;
  if (canonicalJson(action.basis(present)) === canonicalJson(action.basis(change.from))) return;
  throw new RemediationBlockedError(
    `${describe(call)}: the resource changed since its state was read, so nothing was done; plan again`,
  );
};

/**
 * Reads and changes resources under the roles of the actions. Before a change, the state is read again: an attempt that
 * took effect is not repeated, and nothing is done if the resource is no longer as the plan expects it.
 */
export const makeResources = (deps: ResourcesDeps): Resources => ({
  read: (call) => readOwned(deps, call, deps.session(call, 'read')),
  preview: (call, change) =>
    executorOf(deps, call)
      .steps(call, change)
      .map(({ service, operation, input }) => ({ service, operation, input })),
  change: async (call, change) => {
    const executor = executorOf(deps, call);
    const reader = deps.session(call, 'read');
    const present = await readOwned(deps, call, reader);
    if (executor.isBegun(call, change, present)) return;
    requireUnchanged(call, change, present);
    const steps = (await executor.remaining?.(call, change, reader)) ?? executor.steps(call, change);
    await sendAll(deps, call, change, steps);
  },
});
