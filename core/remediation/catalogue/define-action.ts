import type * as z from 'zod';
import { Json } from '../../shared/canonical-json.ts';
import { describeIssues } from '../../shared/describe-issues.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import type { Action, CatalogueAction, Change, CostQuote, NotApplicable } from '../action.ts';

const read = <Value>(schema: z.ZodType<Value>, value: Json, what: string): Value => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InvalidInputError(`${what}: ${describeIssues(parsed.error)}`);
  return parsed.data;
};

/** What remains after JSON: without fields that are undefined. */
const asJson = (value: unknown): Json => Json.parse(JSON.parse(JSON.stringify(value)));

const jsonChange = <State>(planned: Change<State> | NotApplicable): Change<Json> | NotApplicable =>
  'notApplicable' in planned ? planned : { ...planned, from: asJson(planned.from), to: asJson(planned.to) };

/**
 * Hides the types of an action: what comes in is validated, what goes out is JSON.
 * @throws InvalidInputError, from its methods, if parameters or a state do not fit the action
 */
export const defineAction = <Parameters, State>(action: Action<Parameters, State>): CatalogueAction => {
  const { id } = action;
  const state = (value: Json): State => read(action.state, value, `state of ${id}`);
  const parameters = (value: Json): Parameters => read(action.parameters, value, `parameters of ${id}`);
  const change = (value: Change<Json>): Change<State> => ({
    ...value,
    from: state(value.from),
    to: state(value.to),
  });
  return {
    ...action,
    basis: (value) => asJson(action.basis(state(value))),
    plan: (given, present, context) => jsonChange(action.plan(parameters(given), state(present), context)),
    undo: (made, present) => jsonChange(action.undo(change(made), state(present))),
    isDone: (made, present) => action.isDone(change(made), state(present)),
    cost: (made, given) => action.cost(change(made), parameters(given)),
  };
};

export const NO_COST = (basis: string): CostQuote => ({ usdPerHour: 0, usdOnce: 0, basis });

/** For actions whose effect is over by itself or cannot be taken back. */
export const noUndo = (reason: string) => (): NotApplicable => ({ notApplicable: reason });
