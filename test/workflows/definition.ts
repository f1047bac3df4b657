/** Parses state machine definitions for the tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

export const folder = join(import.meta.dirname, '..', '..', 'state-machines');

const Retrier = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.number().optional(),
  MaxAttempts: z.number(),
  BackoffRate: z.number().optional(),
  MaxDelaySeconds: z.number().optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
const Catcher = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  Output: z.unknown().optional(),
  Assign: z.record(z.string(), z.unknown()).optional(),
  Next: z.string(),
});
const common = {
  Comment: z.string().optional(),
  Output: z.unknown().optional(),
  Assign: z.record(z.string(), z.unknown()).optional(),
  Next: z.string().optional(),
  End: z.literal(true).optional(),
};
const failing = { Retry: z.array(Retrier).default([]), Catch: z.array(Catcher).default([]) };

const Task = z.strictObject({
  ...common,
  ...failing,
  Type: z.literal('Task'),
  Resource: z.string(),
  Arguments: z.record(z.string(), z.unknown()),
  /** Only a task that waits for an answer takes its timeout from its input. */
  TimeoutSeconds: z.union([z.number(), z.literal('{% $states.input.answerSeconds %}')]),
});
const Pass = z.strictObject({ ...common, Type: z.literal('Pass') });
const Wait = z.strictObject({ ...common, Type: z.literal('Wait'), Timestamp: z.string() });
const Choice = z.strictObject({
  Comment: z.string().optional(),
  Type: z.literal('Choice'),
  Choices: z.array(z.strictObject({ Condition: z.string(), Next: z.string() })),
  Default: z.string(),
});
const Succeed = z.strictObject({ Comment: z.string().optional(), Type: z.literal('Succeed') });
const Fail = z.strictObject({ Type: z.literal('Fail'), Error: z.string(), Cause: z.string() });
const InlineMap = z.strictObject({
  ...common,
  ...failing,
  Type: z.literal('Map'),
  Items: z.string(),
  ItemSelector: z.unknown().optional(),
  MaxConcurrency: z.union([z.number().int().positive(), z.string().regex(/^\{% \$\{\w+\} %\}$/)]),
  ItemProcessor: z.object({
    ProcessorConfig: z.object({ Mode: z.literal('INLINE') }),
    StartAt: z.string(),
    get States() {
      return z.record(z.string(), State);
    },
  }),
});
const State = z.discriminatedUnion('Type', [Task, Pass, Wait, Choice, Succeed, Fail, InlineMap]);

/** The part of the states language that Forestall's files use; anything else fails to parse. */
export const Definition = z.strictObject({
  Comment: z.string(),
  QueryLanguage: z.literal('JSONata'),
  StartAt: z.string(),
  TimeoutSeconds: z.number().int().positive(),
  States: z.record(z.string(), State),
});
export type Definition = z.infer<typeof Definition>;
export type State = z.infer<typeof State>;
export type States = Readonly<Record<string, State>>;

export const names = readdirSync(folder)
  .filter((file) => file.endsWith('.asl.json'))
  .map((file) => file.replace('.asl.json', ''));

export const textOf = (name: string): string => readFileSync(join(folder, `${name}.asl.json`), 'utf8');

export const definitionOf = (name: string): Definition => Definition.parse(JSON.parse(textOf(name)));

/** Every state of a machine, including those inside maps, with its siblings. */
export const everyState = (states: States): { name: string; state: State; among: States }[] =>
  Object.entries(states).flatMap(([name, state]) => [
    { name, state, among: states },
    ...(state.Type === 'Map' ? everyState(state.ItemProcessor.States) : []),
  ]);

/** The possible next states, including those after errors. */
export const successors = (state: State): string[] => {
  if (state.Type === 'Choice') return [...state.Choices.map(({ Next }) => Next), state.Default];
  if (state.Type === 'Fail' || state.Type === 'Succeed') return [];
  const caught = state.Type === 'Pass' || state.Type === 'Wait' ? [] : state.Catch.map(({ Next }) => Next);
  return [...(state.Next === undefined ? [] : [state.Next]), ...caught];
};

/** States that can be reached from `from`, including itself. */
export const reachable = (states: States, from: string): ReadonlySet<string> => {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const state = states[name];
    if (seen.has(name) || state === undefined) return;
    seen.add(name);
    for (const next of successors(state)) visit(next);
  };
  visit(from);
  return seen;
};
