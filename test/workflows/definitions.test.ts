import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as modelErrors from '../../core/models/errors.ts';
import * as remediationErrors from '../../core/remediation/errors.ts';
import * as errors from '../../core/shared/errors.ts';
import { definitionOf, everyState, names, reachable, type State, successors, textOf } from './definition.ts';

const Validator = z.function({ input: [z.unknown()], output: z.looseObject({ isValid: z.boolean() }) });
const validate = Validator.implement(createRequire(import.meta.url)('asl-validator'));

const declared = new Set(
  [...Object.values(errors), ...Object.values(modelErrors), ...Object.values(remediationErrors)]
    .map((Class) => Class.name)
    .filter((name) => name !== 'ForestallError'),
);
/** Errors of AWS: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html; the last one under
 * the emulator's name. */
const raisedByAws = /^((States|Lambda|StepFunctions)\.[A-Za-z]+|ExecutionAlreadyExists)$/;

const placeholdersOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? ''))].sort();

/** The placeholders that `forecast-workflow.ts`, `deployment-watch.ts`, `remediation-workflow.ts`, `retraining-workflow.ts` and `secret-drill.ts` supply; synthesis rejects any difference. */
const SUPPLIED: Readonly<Record<string, readonly string[]>> = {
  'dispatch-forecasts': ['ForecastFleetStateMachineArn', 'ListTenantsFunctionArn'],
  'drill-secrets': ['BeginSecretDrillFunctionArn', 'VerifySecretDrillFunctionArn'],
  'forecast-fleet': [
    'BatchesAtOnce',
    'CloseForecastRunFunctionArn',
    'ForecastBatchFunctionArn',
    'PlanForecastRunFunctionArn',
  ],
  remediate: [
    'ChooseActionFunctionArn',
    'CloseRemediationFunctionArn',
    'ExecuteActionFunctionArn',
    'RequestApprovalFunctionArn',
    'VerifyRemediationFunctionArn',
    'WorkflowVersion',
  ],
  retrain: ['PrepareTrainingFunctionArn', 'RegisterModelFunctionArn', 'TrainModelFunctionArn'],
  'watch-deployment': ['CheckDeploymentFunctionArn', 'CloseDeploymentWatchFunctionArn'],
};

/** True for a task that waits for an answer of people. */
const isAnswered = (state: State): boolean =>
  state.Type === 'Task' && state.Resource.endsWith('.waitForTaskToken');

/** No answer in time is an answer: the workflow goes on with it. */
const isNoAnswer = (state: State, { ErrorEquals }: { readonly ErrorEquals: readonly string[] }): boolean =>
  isAnswered(state) && ErrorEquals.length === 1 && ErrorEquals[0] === 'States.Timeout';

/** The limit of batches that run at once is a setting of the stage. */
const BATCHES_AT_ONCE = ['$', '{BatchesAtOnce}'].join('');

describe.each(names)('%s', (name) => {
  const text = textOf(name);
  const definition = definitionOf(name);
  const all = everyState(definition.States);
  const ofType = <Type extends State['Type']>(type: Type) =>
    all.flatMap(({ name: id, state, among }) =>
      state.Type === type ? [{ id, among, state: state as Extract<State, { Type: Type }> }] : [],
    );

  it('is valid before substitution, and uses only what the interpreter supports', () => {
    const result = validate(
      JSON.parse(
        text
          .replaceAll(BATCHES_AT_ONCE, '20')
          .replaceAll(/\$\{\w+\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:x'),
      ),
    );
    expect(result).toMatchObject({ isValid: true });
    expect(definition.QueryLanguage).toBe('JSONata');
  });

  it('has a timeout for itself and for every task', () => {
    expect(definition.TimeoutSeconds).toBeGreaterThan(0);
    for (const { state } of ofType('Task')) {
      expect(typeof state.TimeoutSeconds).toBe(isAnswered(state) ? 'string' : 'number');
      if (typeof state.TimeoutSeconds === 'string') continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      expect(state.TimeoutSeconds).toBeLessThan(definition.TimeoutSeconds);
    }
  });

  it('retries every task for named errors, with a limit, backoff and jitter', () => {
    for (const { state } of ofType('Task')) {
      const retriers = state.Retry.filter(({ MaxAttempts }) => MaxAttempts > 0);
      expect(retriers.length).toBeGreaterThan(0);
      for (const retrier of retriers) {
        expect(retrier).toMatchObject({ JitterStrategy: 'FULL', BackoffRate: expect.any(Number) });
        expect(retrier.ErrorEquals).not.toContain('States.ALL');
        expect(retrier.MaxAttempts).toBeLessThanOrEqual(8);
      }
    }
  });

  it('catches all remaining errors of every task and map', () => {
    for (const { state } of [...ofType('Task'), ...ofType('Map')]) {
      expect(state.Catch.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    }
  });

  it('reaches Fail from every catch outside a map', () => {
    for (const state of Object.values(definition.States)) {
      const caught = state.Type === 'Task' || state.Type === 'Map' ? state.Catch : [];
      const failures = caught.filter((catcher) => !isNoAnswer(state, catcher));
      for (const { Next } of failures) {
        const after = [...reachable(definition.States, Next)].map((id) => definition.States[id]?.Type);
        expect(after).toContain('Fail');
        expect(after).not.toContain('Succeed');
      }
    }
  });

  it('can reach every state from its start', () => {
    for (const { state, among } of all) {
      for (const next of successors(state)) expect(Object.keys(among)).toContain(next);
    }
    expect(reachable(definition.States, definition.StartAt)).toEqual(new Set(Object.keys(definition.States)));
    for (const { state } of ofType('Map')) {
      const { States, StartAt } = state.ItemProcessor;
      expect(reachable(States, StartAt)).toEqual(new Set(Object.keys(States)));
    }
  });

  it('matches only errors that exist', () => {
    const matched = [...ofType('Task'), ...ofType('Map')].flatMap(({ state }) =>
      [...state.Retry, ...state.Catch].flatMap(({ ErrorEquals }) => ErrorEquals),
    );
    expect(matched.filter((error) => !declared.has(error) && !raisedByAws.test(error))).toEqual([]);
    expect(matched.length).toBeGreaterThan(0);
  });

  it('has exactly the supplied placeholders, and only inside strings', () => {
    expect(placeholdersOf(text)).toEqual(SUPPLIED[name]);
    expect(text.match(/(?<!"|"\{% )\$\{\w+\}|\$\{\w+\}(?!"| %\}")/g)).toBeNull();
  });

  it('limits its concurrency', () => {
    for (const { state } of ofType('Map'))
      if (state.MaxConcurrency !== `{% ${BATCHES_AT_ONCE} %}`)
        expect(state.MaxConcurrency).toBeLessThanOrEqual(20);
  });

  it('names its states with short phrases', () => {
    for (const { name: id } of all) expect(id).toMatch(/^[A-Z][a-z]+( [a-z]+){1,4}$/);
  });
});
