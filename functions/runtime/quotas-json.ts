import { jsonText } from '../../adapters/aws/json-attributes.ts';
import { Quotas } from '../../core/platform/api/quotas.ts';

/** The quotas of the stage, as JSON in the environment. */
export const QuotasJson = jsonText(Quotas);
