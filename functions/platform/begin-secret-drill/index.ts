import { makeSecretsManagerClient } from '../../../adapters/aws/clients.ts';
import { readSecretFacts } from '../../../adapters/platform/secret-facts.ts';
import { describeSecret } from '../../../adapters/platform/secret-reader.ts';
import { rotateSecret } from '../../../adapters/platform/secret-rotator.ts';
import { observe, telemetry } from '../../runtime/observe.ts';
import { readEnv } from '../../runtime/read-env.ts';
import { OwnSecretsJson } from '../../runtime/rotated-secrets-json.ts';
import { makeHandler } from './handler.ts';

const env = readEnv({ ROTATION_TARGETS: OwnSecretsJson });
const client = makeSecretsManagerClient();

export const handler = observe(
  makeHandler({
    secrets: env.ROTATION_TARGETS,
    describe: ({ arn }) => describeSecret({ client, secretId: arn }),
    readFacts: ({ name, arn }) => readSecretFacts(name, { client, secretId: arn }),
    rotate: ({ arn }, versionId) => rotateSecret({ client, secretId: arn }, versionId),
    telemetry,
    now: Date.now,
  }),
);
