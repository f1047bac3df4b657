import { jsonHash } from '../../shared/canonical-json.ts';
import type { ModelScope } from '../ports.ts';

/** Identifies the training that a set of causes began at a time. */
export const trainingIdOf = ({ tenantId, kind }: ModelScope, causes: readonly string[], at: number): string =>
  jsonHash(['training', tenantId, kind, causes.toSorted(), at]).slice(0, 30);

/** Name of the execution (at most 80 characters), which Step Functions accepts once. */
export const executionNameOf = ({ tenantId }: ModelScope, id: string): string => `${tenantId}-${id}`;
