/** Writes under a condition. Losing a race is a result, not an error. */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { withSdkErrors } from '../sdk-failure.ts';
import type { DynamoTable } from './table.ts';

/** The condition that no item is stored under the key. */
export const ABSENT = { ConditionExpression: 'attribute_not_exists(pk)' } as const;

/** The condition that an item still has the version that was read; version 0: that it does not exist. */
export const atVersion = (expected: number) =>
  expected === 0
    ? ABSENT
    : ({ ConditionExpression: 'v = :v', ExpressionAttributeValues: { ':v': expected } } as const);

/** Runs a conditional write; false if its condition does not hold. `doing` names it in errors: "storing a run". */
export const ifConditionHolds = async (doing: string, write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await withSdkErrors(doing, write);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** Temporary reasons for a cancelled transaction. */
const TRANSIENT = new Set(['ProvisionedThroughputExceeded', 'ThrottlingError']);

/** `lost`: a condition does not hold; `conflict`: another write of the same items was under way. */
export type TogetherOutcome = 'written' | 'lost' | 'conflict';

/**
 * Writes everything or nothing.
 * @throws DependencyUnavailableError if the table is throttled or down
 */
export const writeTogether = async (
  { client }: Pick<DynamoTable, 'client'>,
  doing: string,
  TransactItems: NonNullable<TransactWriteCommandInput['TransactItems']>,
): Promise<TogetherOutcome> => {
  try {
    const write = new TransactWriteCommand({ TransactItems });
    return (await ifConditionHolds(doing, () => client.send(write))) ? 'written' : 'lost';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
    if (codes.includes('ConditionalCheckFailed')) return 'lost';
    if (codes.includes('TransactionConflict')) return 'conflict';
    if (!codes.some((code) => TRANSIENT.has(code))) throw error;
    throw new DependencyUnavailableError(`${doing}: ${codes.join(', ')}`, { cause: error });
  }
};
