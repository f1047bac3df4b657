/** The runbook of an alert type: condition → gate → act → verify → undo, assembled from the catalogue. */
import type { CatalogueAction, Reversibility } from '../action.ts';
import type { Horizon } from '../plan.ts';
import { MIN_CONFIDENCE } from '../policy.ts';
import type { AlertType } from './alert-type.ts';
import { actionsFor } from './alert-types.ts';

export interface RunbookStep {
  readonly action: string;
  readonly title: string;
  readonly horizon: Horizon;
  readonly why: string;
  /** Two people approve it. */
  readonly isHighRisk: boolean;
  /** What shows that it helped. */
  readonly verify: string;
  readonly undo: string;
}

export interface Runbook {
  readonly alertType: string;
  /** Any of them. */
  readonly condition: readonly string[];
  /** All of them, checked before a plan is proposed and again before it is carried out. */
  readonly gate: readonly string[];
  /** Most helpful first: the first that the policy allows and that the gate lets pass is carried out. */
  readonly act: readonly [RunbookStep, ...RunbookStep[]];
}

const GATE = [
  `the confidence in the problem is above ${MIN_CONFIDENCE}`,
  'the policy allows the action on the resource, and the resource is neither protected nor frozen nor cooling down',
  'the change stays within the limits of units, resources, actions and cost',
  'the resource is still in the state that the plan rests on',
  'a person has approved exactly this plan, unless the action may run alone',
] as const;

const UNDO: Readonly<Record<Reversibility, string>> = {
  undo: 'the state read before is restored, unless something else changed it since',
  fades: 'the effect is over by itself',
  permanent: 'it cannot be undone: if it makes things worse, people are called',
};

const stepOf = (action: CatalogueAction, horizon: Horizon, why: string): RunbookStep => ({
  action: action.id,
  title: action.title,
  horizon,
  why,
  isHighRisk: action.risk === 'high',
  verify: `within ${action.minutes.act} min the resource is in the intended state; ${action.minutes.settle} min later fresh points of its targets are compared with the forecast made before`,
  undo: UNDO[action.reversibility],
});

/** Undefined if people are only told, or name the action themselves. */
export const runbookOf = (type: AlertType): Runbook | undefined => {
  const [first, ...others] = actionsFor(type).map(({ action, help }) =>
    stepOf(action, help.horizon, help.why),
  );
  if (first === undefined) return undefined;
  return {
    alertType: type.id,
    condition: type.signals.map(({ shownAs }) => shownAs),
    gate: GATE,
    act: [first, ...others],
  };
};
