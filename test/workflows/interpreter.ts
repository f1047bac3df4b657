/**
 * Runs a definition with its tasks replaced, following the Amazon States Language with JSONata. Expressions are
 * evaluated by the JSONata library that Step Functions' dialect extends. Time does not pass: waits are recorded.
 */
import jsonata from 'jsonata';
import type { Definition, State, States } from './definition.ts';

/** An error raised by a task of the workflow. */
export class TaskError extends Error {
  readonly cause_: string;
  constructor(name: string, cause = '') {
    super(`${name}: ${cause}`);
    this.name = name;
    this.cause_ = cause;
  }
}

/** Implementations of the tasks, by the placeholder of the function or state machine that they name. */
export type Tasks = Readonly<Record<string, (args: never) => unknown>>;

/**
 * Waits for the answer to a task that was given a token, for at most `seconds`; undefined: nobody answered. Without it,
 * nobody answers.
 */
export type Answers = (token: string, seconds: number) => unknown;

export interface Execution {
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly output: unknown;
  readonly error: string | undefined;
  /** States entered, in order; those inside a map as `Map/State`. */
  readonly trail: readonly string[];
  /** Seconds before each retry, without jitter. */
  readonly waits: readonly number[];
  /** Timestamps of the wait states. */
  readonly until: readonly string[];
}

interface Machine {
  readonly tasks: Tasks;
  readonly answers: Answers;
  readonly tokens: { count: number };
  readonly execution: Readonly<Record<string, unknown>>;
  readonly trail: string[];
  readonly waits: number[];
  readonly until: string[];
}

interface Scope {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly prefix: string;
  readonly item?: { readonly Index: number; readonly Value: unknown };
}

type Bindings = Readonly<Record<string, unknown>>;

const EXPRESSION = /^\{%(.*)%\}$/s;

/** JSONata returns sequences with extra properties; data between states is plain JSON. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const parsed = new Map<string, ReturnType<typeof jsonata>>();

const parse = (expression: string) => {
  const known = parsed.get(expression) ?? jsonata(expression);
  parsed.set(expression, known);
  return known;
};

const evaluateText = async (text: string, bindings: Bindings): Promise<unknown> => {
  const expression = EXPRESSION.exec(text)?.[1];
  if (expression === undefined) return text;
  const value: unknown = await parse(expression).evaluate(undefined, { ...bindings });
  if (value === undefined) throw new TaskError('States.QueryEvaluationError', `${text} is undefined`);
  return plain(value);
};

const evaluate = async (template: unknown, bindings: Bindings): Promise<unknown> => {
  if (typeof template === 'string') return evaluateText(template, bindings);
  if (Array.isArray(template)) return Promise.all(template.map((inner) => evaluate(inner, bindings)));
  if (template === null || typeof template !== 'object') return template;
  const entries = Object.entries(template).map(async ([key, inner]) => [
    key,
    await evaluate(inner, bindings),
  ]);
  return Object.fromEntries(await Promise.all(entries));
};

const bindingsOf = (machine: Machine, scope: Scope, states: Bindings, token?: string): Bindings => {
  const map = scope.item && { Map: { Item: scope.item } };
  const EnteredTime = new Date(1000 * machine.tokens.count).toISOString();
  const task = token === undefined ? {} : { Task: { Token: token }, State: { EnteredTime, RetryCount: 0 } };
  const context = { Execution: machine.execution, ...map, ...task };
  return { ...scope.variables, states: { ...states, context } };
};

const matches = (names: readonly string[], error: string): boolean =>
  names.some(
    (name) =>
      name === error ||
      name === 'States.ALL' ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout' && error !== 'States.QueryEvaluationError'),
  );

const asTaskError = (thrown: unknown): TaskError => {
  if (thrown instanceof TaskError) return thrown;
  if (!(thrown instanceof Error)) return new TaskError('Unknown', String(thrown));
  // The form in which Lambda reports an error thrown by a handler.
  const errorType = thrown.name;
  return new TaskError(errorType, JSON.stringify({ errorType, errorMessage: thrown.message, trace: [] }));
};

const callTask = async (machine: Machine, args: Readonly<Record<string, unknown>>): Promise<unknown> => {
  const { FunctionName, StateMachineArn, Payload } = args;
  const placeholder = String(FunctionName ?? StateMachineArn).replace(/^\$\{(\w+)\}$/, '$1');
  const task = machine.tasks[placeholder];
  if (task === undefined) throw new Error(`no task for ${placeholder}`);
  const result = await task((FunctionName === undefined ? args : Payload) as never);
  return FunctionName === undefined ? result : { StatusCode: 200, Payload: plain(result ?? null) };
};

type WorkState = Extract<State, { Type: 'Task' | 'Map' }>;

const runMap = async (
  machine: Machine,
  scope: Scope,
  state: Extract<State, { Type: 'Map' }>,
  name: string,
  input: unknown,
) => {
  const items = await evaluateText(state.Items, bindingsOf(machine, scope, { input }));
  if (!Array.isArray(items)) throw new TaskError('States.QueryEvaluationError', 'Items is not an array');
  const results: unknown[] = [];
  for (const [Index, Value] of items.entries()) {
    const inner: Scope = {
      variables: scope.variables,
      prefix: `${scope.prefix}${name}/`,
      item: { Index, Value },
    };
    const selector = state.ItemSelector ?? '{% $states.context.Map.Item.Value %}';
    const itemInput = await evaluate(selector, bindingsOf(machine, inner, { input }));
    const { States: states, StartAt } = state.ItemProcessor;
    results.push(await runStates(machine, inner, states, StartAt, itemInput));
  }
  return results;
};

/** Calls a task with a token, and waits for the answer that names it. */
const callAndWait = async (
  machine: Machine,
  scope: Scope,
  state: Extract<State, { Type: 'Task' }>,
  input: unknown,
) => {
  const token = `token-${++machine.tokens.count}`;
  const bindings = bindingsOf(machine, scope, { input }, token);
  const seconds = await evaluate(state.TimeoutSeconds, bindings);
  if (typeof seconds !== 'number') throw new TaskError('States.QueryEvaluationError', 'not a number');
  const args = await evaluate(state.Arguments, bindings);
  await callTask(machine, args as Record<string, unknown>);
  const answer = await machine.answers(token, seconds);
  if (answer === undefined) throw new TaskError('States.Timeout', 'no answer');
  return plain(answer);
};

const attempt = async (machine: Machine, scope: Scope, name: string, state: WorkState, input: unknown) => {
  if (state.Type === 'Map') return runMap(machine, scope, state, name, input);
  if (state.Resource.endsWith('.waitForTaskToken')) return callAndWait(machine, scope, state, input);
  const args = await evaluate(state.Arguments, bindingsOf(machine, scope, { input }));
  return callTask(machine, args as Record<string, unknown>);
};

const withRetries = async (
  machine: Machine,
  scope: Scope,
  name: string,
  state: WorkState,
  input: unknown,
) => {
  const used = new Map<unknown, number>();
  for (;;) {
    try {
      return await attempt(machine, scope, name, state, input);
    } catch (thrown) {
      const error = asTaskError(thrown);
      const retrier = state.Retry.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
      const before = used.get(retrier) ?? 0;
      if (retrier === undefined || before >= retrier.MaxAttempts) throw error;
      used.set(retrier, before + 1);
      const wait = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** before;
      machine.waits.push(Math.min(wait, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY));
    }
  }
};

interface Step {
  readonly next: string | undefined;
  readonly output: unknown;
  readonly assigned: Bindings;
}

const finish = async (
  how: {
    readonly Output?: unknown;
    readonly Assign?: Bindings | undefined;
    readonly Next?: string | undefined;
  },
  bindings: Bindings,
  otherwise: unknown,
): Promise<Step> => ({
  next: how.Next,
  output: how.Output === undefined ? otherwise : await evaluate(how.Output, bindings),
  assigned: (await evaluate(how.Assign ?? {}, bindings)) as Bindings,
});

const work = async (
  machine: Machine,
  scope: Scope,
  name: string,
  state: WorkState,
  input: unknown,
): Promise<Step> => {
  try {
    const result = await withRetries(machine, scope, name, state, input);
    return await finish(state, bindingsOf(machine, scope, { input, result }), result);
  } catch (thrown) {
    const error = asTaskError(thrown);
    const catcher = state.Catch.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
    if (catcher === undefined) throw error;
    const errorOutput = { Error: error.name, Cause: error.cause_ };
    return finish(catcher, bindingsOf(machine, scope, { input, errorOutput }), errorOutput);
  }
};

const choose = async (
  machine: Machine,
  scope: Scope,
  state: Extract<State, { Type: 'Choice' }>,
  input: unknown,
) => {
  for (const { Condition, Next } of state.Choices) {
    if ((await evaluateText(Condition, bindingsOf(machine, scope, { input }))) === true) return Next;
  }
  return state.Default;
};

/** @throws TaskError, like Step Functions, if the value is not an ISO 8601 time */
const momentOf = async (
  machine: Machine,
  scope: Scope,
  { Timestamp }: Extract<State, { Type: 'Wait' }>,
  input: unknown,
): Promise<string> => {
  const moment = await evaluateText(Timestamp, bindingsOf(machine, scope, { input }));
  if (typeof moment === 'string' && !Number.isNaN(Date.parse(moment))) return moment;
  throw new TaskError('States.QueryEvaluationError', `${String(moment)} is not a timestamp`);
};

const step = async (
  machine: Machine,
  scope: Scope,
  name: string,
  state: State,
  input: unknown,
): Promise<Step> => {
  if (state.Type === 'Succeed') return { next: undefined, output: input, assigned: {} };
  if (state.Type === 'Fail') throw new TaskError(state.Error, state.Cause);
  if (state.Type === 'Wait') machine.until.push(await momentOf(machine, scope, state, input));
  if (state.Type === 'Pass' || state.Type === 'Wait')
    return finish(state, bindingsOf(machine, scope, { input }), input);
  if (state.Type === 'Choice')
    return { next: await choose(machine, scope, state, input), output: input, assigned: {} };
  return work(machine, scope, name, state, input);
};

const runStates = async (machine: Machine, outer: Scope, states: States, startAt: string, input: unknown) => {
  let scope = outer;
  let name: string | undefined = startAt;
  let data = input;
  while (name !== undefined) {
    const state: State | undefined = states[name];
    if (state === undefined) throw new Error(`state ${name} does not exist`);
    machine.trail.push(`${scope.prefix}${name}`);
    const done: Step = await step(machine, scope, name, state, data);
    scope = { ...scope, variables: { ...scope.variables, ...done.assigned } };
    data = done.output;
    name = done.next;
  }
  return data;
};

/** Runs a machine to its end. Mistakes in a test (a missing task or state) are thrown instead of failing the execution. */
export const execute = async (
  definition: Definition,
  input: unknown,
  tasks: Tasks,
  answers: Answers = () => undefined,
): Promise<Execution> => {
  const execution = {
    Id: 'execution-1',
    Name: 'execution-1',
    Input: input,
    StartTime: '2026-11-21T10:05:01.234Z',
  };
  const machine: Machine = {
    tasks,
    answers,
    execution,
    tokens: { count: 0 },
    trail: [],
    waits: [],
    until: [],
  };
  const { trail, waits, until } = machine;
  try {
    const scope = { variables: {}, prefix: '' };
    const output = await runStates(machine, scope, definition.States, definition.StartAt, input);
    return { status: 'SUCCEEDED', output, error: undefined, trail, waits, until };
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return { status: 'FAILED', output: undefined, error: error.name, trail, waits, until };
  }
};
