import type { CatalogueAction } from '../action.ts';

/** What the catalogue says about an alert type. */
export interface Remedies {
  /** Ids of actions that help, the most direct first. */
  readonly actions: readonly string[];
  /** Why only people can help; null if actions can. */
  readonly notifyOnly: string | null;
}

/** Actions and alert types that exist. */
export interface Known {
  findAction(id: string): CatalogueAction | undefined;
  /** Undefined for an unknown alert type: nothing is recommended for it. */
  findRemedies(alertType: string): Remedies | undefined;
}
