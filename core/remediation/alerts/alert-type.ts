/** A type of problem: the signals that show it, and what helps. */
import type { MetricAspect } from '../../metrics/meaning/metric-meaning.ts';
import type { Effect } from '../action.ts';
import type { CauseKind } from '../cause.ts';
import type { Horizon } from '../plan.ts';

/**
 * Where the values of a metric go. `harm`: where its meaning says that harm is, or nobody knows where; `relief`: the other
 * way; `rise` and `fall`: as they say.
 */
export type Trend = 'harm' | 'relief' | 'rise' | 'fall';

/** Matches the facts that have all that it states. */
export interface AlertSignal {
  /** Found in the words of the metric and of the alarm, which are lower-case and separated by spaces. */
  readonly words?: RegExp;
  readonly aspects?: readonly MetricAspect[];
  readonly trend?: Trend;
  /** Points that were due did not arrive. */
  readonly isSilent?: true;
  /** The level moves steadily. */
  readonly isGradual?: true;
  /** A change shortly before is among the likely causes. */
  readonly hasChange?: true;
  readonly cause?: CauseKind;
  /** For people: `A metric of CPU rises above its threshold`. */
  readonly shownAs: string;
}

/** An effect that helps. */
export interface Help {
  readonly effect: Effect;
  readonly horizon: Horizon;
  /** Ids of the actions, if not all of the effect help. */
  readonly only?: readonly string[];
  /** One sentence for people. */
  readonly why: string;
}

export type Response =
  /** What helps, most helpful first. */
  | { readonly kind: 'act'; readonly helps: readonly [Help, ...Help[]] }
  /** No action of the catalogue helps, for a reason that people read. */
  | { readonly kind: 'notify-only'; readonly reason: string }
  /** A person names the action. */
  | { readonly kind: 'as-requested' };

export interface AlertType {
  readonly id: string;
  /** For people: `CPU is short`. */
  readonly title: string;
  /** Any of them shows it. */
  readonly signals: readonly [AlertSignal, ...AlertSignal[]];
  readonly response: Response;
}

export const help = (
  effect: Effect,
  horizon: Horizon,
  why: string,
  only?: readonly [string, ...string[]],
): Help => ({ effect, horizon, why, ...(only && { only }) });

export const act = (...helps: readonly [Help, ...Help[]]): Response => ({ kind: 'act', helps });
export const notifyOnly = (reason: string): Response => ({ kind: 'notify-only', reason });

/** Actions that the owner writes: only they know how to repair what Forestall has no action for. */
export const OWN_RUNBOOKS = ['run-automation', 'start-execution'] as const;
