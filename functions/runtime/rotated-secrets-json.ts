import { jsonText } from '../../adapters/aws/json-attributes.ts';
import { RotatedSecrets } from '../../core/platform/secrets/rotated-secrets.ts';

/** The secrets that rotate, as JSON in the environment: names and ARNs, never contents. */
export const RotatedSecretsJson = jsonText(RotatedSecrets);
