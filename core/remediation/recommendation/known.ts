import type { CatalogueAction } from '../action.ts';
import type { Horizon } from '../plan.ts';

/** How an action helps against a type of problem. */
export interface Remedy {
  readonly action: string;
  /** Place among what helps, 0 for the most helpful; actions of the same effect share one. */
  readonly place: number;
  /** When it usually helps. */
  readonly horizon: Horizon;
  /** One sentence for people. */
  readonly why: string;
}

/** What the catalogue says about an alert type. */
export interface Remedies {
  readonly actions: readonly Remedy[];
  /** Why only people can help, a sentence; null if actions can, or if a person names one. */
  readonly notifyOnly: string | null;
}

/** Actions and alert types that exist. */
export interface Known {
  findAction(id: string): CatalogueAction | undefined;
  /** Undefined for an unknown alert type: nothing is recommended for it. */
  findRemedies(alertType: string): Remedies | undefined;
}
