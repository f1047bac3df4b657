/** Every operation of the HTTP API, assembled from the contexts. */
import { ANOMALIES_OPERATIONS } from '../anomalies/api/operations.ts';
import { CHANGES_OPERATIONS } from '../changes/api/operations.ts';
import { FORECASTS_OPERATIONS } from '../forecasts/api/operations.ts';
import { INCIDENTS_OPERATIONS } from '../incidents/api/operations.ts';
import { METRICS_OPERATIONS } from '../metrics/api/operations.ts';
import { MODELS_OPERATIONS } from '../models/api/operations.ts';
import type { Operations } from '../platform/api/operation.ts';
import { PLATFORM_OPERATIONS } from '../platform/api/operations.ts';
import { PROVISIONING_OPERATIONS } from '../platform/api/scim-operations.ts';
import { REMEDIATION_OPERATIONS } from '../remediation/api/operations.ts';

/** Operations by id. Ids are unique: they are the operation ids of the OpenAPI document. */
export const OPERATIONS = {
  ...PLATFORM_OPERATIONS,
  ...PROVISIONING_OPERATIONS,
  ...METRICS_OPERATIONS,
  ...FORECASTS_OPERATIONS,
  ...MODELS_OPERATIONS,
  ...ANOMALIES_OPERATIONS,
  ...INCIDENTS_OPERATIONS,
  ...CHANGES_OPERATIONS,
  ...REMEDIATION_OPERATIONS,
} as const satisfies Operations;
