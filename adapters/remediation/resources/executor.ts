/** How the actions on one kind of resource are carried out. */
import type { Change } from '../../../core/remediation/action.ts';
import type { Owner, PreviewedCall, ResourceCall } from '../../../core/remediation/ports.ts';
import type { Json } from '../../../core/shared/canonical-json.ts';
import type { ActionSession } from './action-session.ts';

/** Where the resources of a deployment are. */
export interface Place {
  readonly region: string;
  readonly account: string;
}

/** One call that changes something. What it shows is what it sends. */
export interface Step extends PreviewedCall {
  send(session: ActionSession): Promise<unknown>;
}

/** What was read of a resource. `owner` has what its tags name, undefined where a tag is missing. */
export interface Reading {
  readonly owner: Partial<Owner>;
  readonly state: Json;
}

export interface Executor {
  /** Reads the state and the tags. Failures are those of the service. */
  read(call: ResourceCall, session: ActionSession): Promise<Reading>;
  /** The calls of a change, in their order. Pure. */
  steps(call: ResourceCall, change: Change<Json>): readonly Step[];
  /** True if an earlier attempt at this change took effect, as far as the present state shows. */
  isBegun(call: ResourceCall, change: Change<Json>, present: Json): boolean;
  /** Takes back what the steps before the refused one recorded, so that another attempt makes them all again. */
  withdraw?(call: ResourceCall, change: Change<Json>): readonly Step[];
  /** The steps that remain, if earlier attempts can have made some of them. By default all. */
  remaining?(call: ResourceCall, change: Change<Json>, session: ActionSession): Promise<readonly Step[]>;
}

/** A call of AWS with its typed input, which is also what a dry run shows. */
export const step = <Input extends Shown>(
  service: string,
  operation: string,
  input: Input,
  send: (session: ActionSession, input: Input) => Promise<unknown>,
): Step => ({ service, operation, input, send: (session) => send(session, input) });

type Shown = { [key: string]: Json };
