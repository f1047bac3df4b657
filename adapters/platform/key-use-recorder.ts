import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { KeyUseRecorder } from '../../core/platform/access/ports.ts';
import { DAY_SECONDS } from '../../core/shared/time.ts';
import type { DynamoTable } from '../aws/dynamodb/table.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';
import { keyUseKey } from './item-keys.ts';

/** A key that was not used for longer counts as never used. */
const KEPT_SECONDS = 400 * DAY_SECONDS;

/**
 * Records when keys were used. Their items are not those of the keys: a function that records a use cannot change a key.
 */
export const dynamoKeyUseRecorder = ({ client, tableName }: DynamoTable): KeyUseRecorder => ({
  record: async (tenantId, keyId, at) => {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: { ...keyUseKey(tenantId, keyId) },
      UpdateExpression: 'SET usedAt = :at, expiresAt = :expiresAt',
      ExpressionAttributeValues: { ':at': at, ':expiresAt': at + KEPT_SECONDS },
    });
    await withSdkErrors('recording the use of an API key', () => client.send(update));
  },
});
