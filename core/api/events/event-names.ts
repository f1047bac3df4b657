/** Detail type -> source of every event Forestall publishes. Kept apart from the schemas: `lib` imports only this. */
export const EVENT_NAMES = {
  ForecastPublished: 'forestall.forecasting',
  BreachPredicted: 'forestall.forecasting',
  AnomalyDetected: 'forestall.detection',
  AnomalyEnded: 'forestall.detection',
  IncidentOpened: 'forestall.incidents',
  IncidentUpdated: 'forestall.incidents',
  IncidentResolved: 'forestall.incidents',
  RemediationProposed: 'forestall.remediation',
} as const;
export type EventName = keyof typeof EVENT_NAMES;
