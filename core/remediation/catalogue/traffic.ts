/** Actions that move traffic between two versions or groups. */
import * as z from 'zod';
import type { Change, NotApplicable } from '../action.ts';
import { defineAction, NO_COST } from './define-action.ts';

/** Weights by the name of what receives the traffic. */
const WeightState = z.strictObject({ weights: z.record(z.string(), z.number().min(0).max(1000)) });
type WeightState = z.infer<typeof WeightState>;

const ShiftParameters = z.strictObject({
  /** What loses traffic and what gets it, as the service names them. */
  from: z.string().min(1),
  to: z.string().min(1),
  /** Share of the traffic of `from` that moves. */
  share: z.number().min(0.05).max(1).default(1),
});
type ShiftParameters = z.infer<typeof ShiftParameters>;

const percentages = ({ weights }: WeightState): string => {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const shares = Object.entries(weights).map(
    ([name, weight]) => `${name} ${Math.round((100 * weight) / total)} %`,
  );
  return shares.join(', ');
};

const shift = (
  { from, to, share }: ShiftParameters,
  state: WeightState,
): Change<WeightState> | NotApplicable => {
  const { [from]: source, [to]: receiver } = state.weights;
  if (source === undefined || receiver === undefined)
    return {
      notApplicable: `it has no ${source === undefined ? from : to}, only ${Object.keys(state.weights).join(', ')}`,
    };
  const moved = Math.round(source * share);
  if (from === to || moved < 1) return { notApplicable: `${from} has no traffic to move` };
  const after: WeightState = {
    weights: { ...state.weights, [from]: source - moved, [to]: receiver + moved },
  };
  return { from: state, to: after, summary: `${percentages(state)} → ${percentages(after)}`, touches: 1 };
};

const sameWeights = (a: WeightState, b: WeightState): boolean => {
  const names = Object.keys(a.weights);
  return (
    names.length === Object.keys(b.weights).length &&
    names.every((name) => a.weights[name] === b.weights[name])
  );
};

const undoShift = (
  { from, to }: Change<WeightState>,
  present: WeightState,
): Change<WeightState> | NotApplicable =>
  sameWeights(present, to)
    ? { from: present, to: from, summary: `${percentages(to)} → ${percentages(from)}`, touches: 1 }
    : { notApplicable: `traffic is ${percentages(present)}: something else changed it` };

const shifting = {
  version: 1,
  effect: 'moves-traffic',
  risk: 'high',
  reversibility: 'undo',
  parameters: ShiftParameters,
  state: WeightState,
  basis: (state: WeightState) => state,
  plan: shift,
  undo: undoShift,
  isDone: ({ to }: Change<WeightState>, present: WeightState) => sameWeights(present, to),
  cost: () => NO_COST('traffic is moved, not added'),
  minutes: { act: 2, settle: 10 },
  maxConcurrent: 1,
} as const;

const LISTENER = 'arn:aws:elasticloadbalancing:{region}:{account}:listener/app/*';

/** State: weights of the target groups of the default action, by name of the target group. */
export const shiftTraffic = defineAction<ShiftParameters, WeightState>({
  ...shifting,
  id: 'shift-traffic',
  title: 'Shift traffic between target groups',
  description:
    'Moves traffic of a listener from one target group to another, for example to another zone or colour. Only between groups that the listener has already.',
  resourceKind: 'load-balancer-listener',
  permissions: {
    read: [
      {
        actions: [
          'elasticloadbalancing:DescribeListeners',
          'elasticloadbalancing:DescribeTargetGroups',
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
  title: 'Shift traffic between versions of a Lambda alias',
  description:
    'Moves traffic of an alias that shares it between two versions, for example away from a canary.',
  resourceKind: 'lambda-alias',
  permissions: {
    read: [{ actions: ['lambda:GetAlias', 'lambda:ListTags'], resources: [FUNCTION], tagged: false }],
    change: [{ actions: ['lambda:UpdateAlias'], resources: [FUNCTION], tagged: true }],
  },
});
