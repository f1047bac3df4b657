import type { Help } from '../alerts/alert-type.ts';
import { actionsFor, findAlertType } from '../alerts/alert-types.ts';
import { findAction } from '../catalogue/catalogue.ts';
import type { Known, Remedies } from './known.ts';

const remediesOf = (alertType: string): Remedies | undefined => {
  const type = findAlertType(alertType);
  if (type === undefined) return undefined;
  const { response } = type;
  const helps: readonly Help[] = response.kind === 'act' ? response.helps : [];
  return {
    actions: actionsFor(type).map(({ action, help }) => ({
      ...{ action: action.id, place: helps.indexOf(help), horizon: help.horizon, why: help.why },
    })),
    notifyOnly: response.kind === 'notify-only' ? response.reason : null,
  };
};

/** The actions and alert types of this release. */
export const KNOWN: Known = { findAction, findRemedies: remediesOf };
