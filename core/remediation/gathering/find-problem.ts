import type { Cause } from '../cause.ts';
import { breachProblem } from './breach-problem.ts';
import { deploymentProblem } from './deployment-problem.ts';
import { incidentProblem } from './incident-problem.ts';
import type { Found, Moment, Sources } from './sources.ts';
import { alertProblem, requestProblem } from './stated-problem.ts';

/** What a cause means now: it may be over, or not be explained yet. */
export const findProblem = (sources: Sources, moment: Moment, cause: Cause): Promise<Found> => {
  switch (cause.kind) {
    case 'predicted-breach':
      return breachProblem(sources, moment, cause);
    case 'incident':
      return incidentProblem(sources, moment, cause);
    case 'unhealthy-deployment':
      return deploymentProblem(sources, moment, cause);
    case 'alert':
      return alertProblem(sources, moment, cause);
    case 'request':
      return requestProblem(sources, moment, cause);
  }
};
