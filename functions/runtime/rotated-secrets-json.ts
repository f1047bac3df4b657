import { jsonText } from '../../adapters/aws/json-attributes.ts';
import { OwnSecrets, RotatedSecrets } from '../../core/platform/secrets/rotated-secrets.ts';

/** The secrets that rotate, as JSON in the environment: names and ARNs, never contents. */
export const RotatedSecretsJson = jsonText(RotatedSecrets);

/** Those of the deployment itself, without the credentials of integrations. */
export const OwnSecretsJson = jsonText(OwnSecrets);
