import { jsonText } from '../../adapters/aws/json-attributes.ts';
import { RemediationCeiling } from '../../core/remediation/policy.ts';

/** What the stage lets remediations do at most, as JSON in the environment. */
export const CeilingJson = jsonText(RemediationCeiling);
