/** Actions that move traffic between two versions or groups. */
import * as z from 'zod';
import type { Change, NotApplicable } from '../action.ts';
import { defineAction, NO_COST } from './define-action.ts';

/** A load balancer takes whole numbers up to this. */
const MAX_WEIGHT = 999;

/** Weights by the name of what receives the traffic. */
const WeightState = z.strictObject({ weights: z.record(z.string(), z.number().min(0).max(MAX_WEIGHT)) });
type WeightState = z.infer<typeof WeightState>;

const ShiftParameters = z.strictObject({
  from: z.string().min(1).describe('Name of what loses traffic.'),
  to: z.string().min(1).describe('Name of what gets it.'),
  share: z.number().min(0.05).max(1).default(1).describe('Share of the traffic of `from` that moves.'),
});
type ShiftParameters = z.infer<typeof ShiftParameters>;

const percentages = ({ weights }: WeightState): string => {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const shares = Object.entries(weights).map(
    ([name, weight]) => `${name} ${total === 0 ? 0 : Math.round((100 * weight) / total)} %`,
  );
  return shares.join(', ');
};

const weightOf = ({ weights }: WeightState, name: string): number | undefined =>
  Object.hasOwn(weights, name) ? weights[name] : undefined;

const shift = <State extends WeightState>(
  { from, to, share }: ShiftParameters,
  state: State,
): Change<State> | NotApplicable => {
  const [source, receiver] = [weightOf(state, from), weightOf(state, to)];
  if (source === undefined || receiver === undefined)
    return {
      notApplicable: `it has no ${source === undefined ? from : to}, only ${Object.keys(state.weights).join(', ')}`,
    };
  const moved = Math.round(source * share);
  if (from === to || moved < 1 || moved > source) return { notApplicable: `${from} has no traffic to move` };
  if (receiver + moved > MAX_WEIGHT)
    return { notApplicable: `the weight of ${to} would exceed ${MAX_WEIGHT}: use smaller weights` };
  const weights = { ...state.weights, [from]: source - moved, [to]: receiver + moved };
  const summary = `${percentages(state)} → ${percentages({ weights })}`;
  return { from: state, to: { ...state, weights }, summary, touches: 1 };
};

const sameWeights = (a: WeightState, b: WeightState): boolean => {
  const names = Object.keys(a.weights);
  return (
    names.length === Object.keys(b.weights).length &&
    names.every((name) => a.weights[name] === b.weights[name])
  );
};

const undoShift = <State extends WeightState>(
  { from, to }: Change<State>,
  present: State,
): Change<State> | NotApplicable => {
  if (!sameWeights(present, to))
    return { notApplicable: `traffic is ${percentages(present)}: something else changed it` };
  const summary = `${percentages(to)} → ${percentages(from)}`;
  return { from: present, to: { ...present, weights: from.weights }, summary, touches: 1 };
};

const shifting = {
  version: 1,
  effect: 'moves-traffic',
  risk: 'high',
  reversibility: 'undo',
  basis: ({ weights }: WeightState) => ({ weights }),
  isDone: ({ to }: Change<WeightState>, present: WeightState) => sameWeights(present, to),
  cost: () => NO_COST('traffic is moved, not added'),
  minutes: { act: 2, settle: 10 },
  maxConcurrent: 1,
} as const;

const LISTENER = 'arn:aws:elasticloadbalancing:{region}:{account}:listener/app/*';

const ListenerState = WeightState.extend({
  /** Targets in state `healthy`, by name of the target group. */
  healthy: z.record(z.string(), z.number().int().min(0)),
});
type ListenerState = z.infer<typeof ListenerState>;
const GroupParameters = ShiftParameters.extend({
  minHealthy: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Healthy targets that the receiving group must have.'),
});
type GroupParameters = z.infer<typeof GroupParameters>;

/** State: weights of the target groups of the default action, and their healthy targets, by name of the target group. */
export const shiftTraffic = defineAction<GroupParameters, ListenerState>({
  ...shifting,
  id: 'shift-traffic',
  parameters: GroupParameters,
  state: ListenerState,
  plan: (parameters, state) => {
    const { to, minHealthy } = parameters;
    const healthy = Object.hasOwn(state.healthy, to) ? (state.healthy[to] ?? 0) : 0;
    return healthy < minHealthy
      ? { notApplicable: `${to} has ${healthy} healthy targets, and ${minHealthy} are needed` }
      : shift(parameters, state);
  },
  undo: undoShift,
  title: 'Shift traffic between target groups',
  description:
    'Moves traffic of a listener from one target group to another, for example to another zone or colour. It moves traffic only between groups that the listener has already, and only to one with healthy targets.',
  resourceKind: 'load-balancer-listener',
  permissions: {
    read: [
      {
        actions: [
          'elasticloadbalancing:DescribeListeners',
          'elasticloadbalancing:DescribeTargetGroups',
          'elasticloadbalancing:DescribeTargetHealth',
          'elasticloadbalancing:DescribeTags',
        ],
        resources: ['*'],
        tagged: false,
      },
    ],
    change: [{ actions: ['elasticloadbalancing:ModifyListener'], resources: [LISTENER], tagged: true }],
  },
});

const FUNCTION = 'arn:aws:lambda:{region}:{account}:function:*';

/** State: weights of the two versions of the alias, in percent. */
export const shiftAliasTraffic = defineAction<ShiftParameters, WeightState>({
  ...shifting,
  id: 'shift-alias-traffic',
  parameters: ShiftParameters,
  state: WeightState,
  plan: shift,
  undo: undoShift,
  title: 'Shift traffic between versions of a Lambda alias',
  description:
    'Moves traffic of an alias that shares it between two versions, for example away from a canary.',
  resourceKind: 'lambda-alias',
  permissions: {
    read: [{ actions: ['lambda:GetAlias', 'lambda:ListTags'], resources: [FUNCTION], tagged: false }],
    change: [{ actions: ['lambda:UpdateAlias'], resources: [FUNCTION], tagged: true }],
  },
});
