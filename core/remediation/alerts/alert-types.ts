/** All types of problems. docs/actions.md describes each. */
import type { CatalogueAction } from '../action.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import { type AlertType, type Help, notifyOnly } from './alert-type.ts';
import { CHANGE_ALERTS } from './change-alerts.ts';
import { RESOURCE_ALERTS } from './resource-alerts.ts';
import { SERVICE_ALERTS } from './service-alerts.ts';
import { TRAFFIC_ALERTS } from './traffic-alerts.ts';

const UNCLASSIFIED: AlertType = {
  id: 'unclassified',
  title: 'The problem is of no known type',
  signals: [{ shownAs: 'Nothing else matches' }],
  response: notifyOnly('Nothing says which action would help: a person has to look at it.'),
};

/** Special ones before general ones: the first that matches counts. */
export const ALERT_TYPES: readonly AlertType[] = [
  ...CHANGE_ALERTS,
  ...SERVICE_ALERTS,
  ...RESOURCE_ALERTS,
  ...TRAFFIC_ALERTS,
  UNCLASSIFIED,
];

const byId = new Map(ALERT_TYPES.map((type) => [type.id, type]));

export const findAlertType = (id: string): AlertType | undefined => byId.get(id);

/** An action that helps, and why. */
export interface HelpfulAction {
  readonly action: CatalogueAction;
  readonly help: Help;
}

const isMeant = ({ effect, only }: Help, action: CatalogueAction): boolean =>
  action.effect === effect && (only === undefined || only.includes(action.id));

/** The actions that help, most helpful first; none if people are only told. A person may request any action. */
export const actionsFor = ({ response }: AlertType): readonly HelpfulAction[] =>
  response.kind !== 'act'
    ? []
    : response.helps.flatMap((help) =>
        CATALOGUE.filter((action) => isMeant(help, action)).map((action) => ({ action, help })),
      );
