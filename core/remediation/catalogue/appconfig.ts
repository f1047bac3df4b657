/** Actions on one configuration profile of AppConfig that holds JSON. Each changes one field of it, within bounds. */
import * as z from 'zod';
import { canonicalJson, Json } from '../../shared/canonical-json.ts';
import type { Action, Change, NotApplicable } from '../action.ts';
import { defineAction, NO_COST, noUndo } from './define-action.ts';

/** Name of a field: names separated by dots, such as `checkout.timeoutMs`. */
const Field = z
  .string()
  .regex(/^[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*){0,5}$/)
  .describe('Field of the configuration, such as `checkout.timeoutMs`.');

/**
 * State: content and number of the version that the newest complete deployment of the profile deployed to the environment,
 * and whether a deployment is in progress there.
 */
const DocumentState = z.strictObject({
  document: z.record(z.string(), Json),
  version: z.number().int().min(0),
  isBusy: z.boolean(),
});
type DocumentState = z.infer<typeof DocumentState>;

const isFields = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldOf = (document: DocumentState['document'], field: string): Json | undefined =>
  field
    .split('.')
    .reduce<Json | undefined>(
      (value, name) => (isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      document,
    );

const withField = (value: Json, [name, ...rest]: readonly string[], field: Json): Json => {
  if (name === undefined || !isFields(value)) return field;
  return { ...value, [name]: withField(value[name] ?? {}, rest, field) };
};

const replaced = (from: DocumentState, field: string, value: Json): Change<DocumentState> | NotApplicable => {
  if (from.isBusy) return { notApplicable: 'a configuration is being deployed already' };
  const document = withField(from.document, field.split('.'), value);
  if (!isFields(document)) return { notApplicable: 'the configuration is not an object' };
  const before = JSON.stringify(fieldOf(from.document, field));
  return {
    ...{ from, to: { ...from, document }, touches: 1 },
    summary: `${field} ${before} → ${JSON.stringify(value)}`,
  };
};

const sameDocument = (a: DocumentState, b: DocumentState): boolean =>
  canonicalJson(a.document) === canonicalJson(b.document);

const undoDocument = (
  { from, to }: Change<DocumentState>,
  present: DocumentState,
): Change<DocumentState> | NotApplicable => {
  if (!sameDocument(present, to)) return { notApplicable: 'something else changed the configuration since' };
  if (present.isBusy) return { notApplicable: 'a configuration is being deployed already' };
  const summary = `the configuration before version ${present.version}`;
  return { from: present, to: { ...present, document: from.document }, summary, touches: 1 };
};

const APPCONFIG = 'arn:aws:appconfig:{region}:{account}:application/*';

const onProfile = {
  version: 1,
  resourceKind: 'appconfig-profile',
  reversibility: 'undo',
  state: DocumentState,
  basis: ({ document }: DocumentState) => document,
  undo: undoDocument,
  isDone: ({ to }: Change<DocumentState>, present: DocumentState) =>
    sameDocument(present, to) && !present.isBusy,
  cost: () => NO_COST('less than a cent, for the requests of those who receive the configuration'),
  minutes: { act: 10, settle: 10 },
  maxConcurrent: 1,
  permissions: {
    read: [
      {
        actions: [
          'appconfig:GetHostedConfigurationVersion',
          'appconfig:ListDeployments',
          'appconfig:GetDeployment',
          'appconfig:ListHostedConfigurationVersions',
          'appconfig:ListTagsForResource',
        ],
        resources: [APPCONFIG],
        tagged: false,
      },
    ],
    change: [
      { actions: ['appconfig:CreateHostedConfigurationVersion'], resources: [APPCONFIG], tagged: true },
      { actions: ['appconfig:StartDeployment'], resources: [APPCONFIG], tagged: true },
      {
        actions: ['appconfig:StartDeployment'],
        resources: ['arn:aws:appconfig:{region}:{account}:deploymentstrategy/*'],
        tagged: false,
      },
    ],
  },
} as const satisfies Partial<Action<unknown, DocumentState>>;

const FlagParameters = z.strictObject({ field: Field });

export const openCircuitBreaker = defineAction<z.infer<typeof FlagParameters>, DocumentState>({
  ...onProfile,
  id: 'enable-circuit-breaker',
  title: 'Enable a circuit breaker',
  description:
    'Sets a flag of the configuration to true, by which the application stops calling what is overloaded or broken. The application must read the flag there.',
  effect: 'limits-load',
  risk: 'medium',
  parameters: FlagParameters,
  plan: ({ field }, state) =>
    fieldOf(state.document, field) === false
      ? replaced(state, field, true)
      : { notApplicable: `${field} is not false` },
});

const RaiseParameters = z.strictObject({
  field: Field,
  factor: z.number().min(1.1).max(10).default(2).describe('The value is multiplied by it.'),
  max: z.number().positive().describe('Largest value afterwards.'),
});
type RaiseParameters = z.infer<typeof RaiseParameters>;

/** Whole numbers remain whole; others keep six digits. */
const scaled = (value: number, factor: number): number =>
  Number.isInteger(value) ? Math.round(value * factor) : Number((value * factor).toPrecision(6));

const raising = {
  ...onProfile,
  effect: 'lifts-limit',
  risk: 'medium',
  parameters: RaiseParameters,
  plan: ({ field, factor, max }: RaiseParameters, state: DocumentState) => {
    const value = fieldOf(state.document, field);
    if (typeof value !== 'number' || !(value > 0))
      return { notApplicable: `${field} is not a positive number` };
    const raised = Math.min(max, scaled(value, factor));
    return raised > value
      ? replaced(state, field, raised)
      : { notApplicable: `${field} is ${value} already, and at most ${max} is allowed` };
  },
} as const;

export const raiseTimeout = defineAction<RaiseParameters, DocumentState>({
  ...raising,
  id: 'raise-timeout',
  title: 'Raise a timeout',
  description:
    'Raises a number of the configuration by a factor, up to the limit in the policy. The application must read its timeout there.',
});

export const raiseRateLimit = defineAction<RaiseParameters, DocumentState>({
  ...raising,
  id: 'raise-rate-limit',
  title: 'Raise a rate limit',
  description:
    'Raises a number of the configuration by a factor, up to the limit in the policy, so that fewer requests are refused.',
});

const LowerParameters = z.strictObject({
  field: Field,
  factor: z.number().min(0.1).max(0.9).default(0.5).describe('The value is multiplied by it.'),
  min: z.number().positive().describe('Smallest value afterwards.'),
});
type LowerParameters = z.infer<typeof LowerParameters>;

export const lowerRateLimit = defineAction<LowerParameters, DocumentState>({
  ...onProfile,
  id: 'lower-rate-limit',
  title: 'Lower a rate limit',
  description: 'Lowers a number of the configuration by a factor, down to the limit in the policy.',
  effect: 'limits-load',
  risk: 'medium',
  parameters: LowerParameters,
  plan: ({ field, factor, min }, state) => {
    const value = fieldOf(state.document, field);
    if (typeof value !== 'number' || !(value > 0))
      return { notApplicable: `${field} is not a positive number` };
    const lowered = Math.max(min, scaled(value, factor));
    return lowered < value
      ? replaced(state, field, lowered)
      : { notApplicable: `${field} is ${value} already, and at least ${min} must remain` };
  },
});

export const clearCache = defineAction<z.infer<typeof FlagParameters>, DocumentState>({
  ...onProfile,
  id: 'clear-cache',
  title: 'Clear the cache of an application',
  description:
    'Increments a number of the configuration that is part of the keys of a cache, so that its entries are no longer found.',
  effect: 'repairs',
  risk: 'medium',
  reversibility: 'fades',
  parameters: FlagParameters,
  plan: ({ field }, state) => {
    const value = fieldOf(state.document, field);
    return typeof value === 'number' && Number.isSafeInteger(value) && Number.isSafeInteger(value + 1)
      ? replaced(state, field, value + 1)
      : { notApplicable: `${field} is not a whole number` };
  },
  undo: noUndo('the cache fills again by itself'),
});
