/** Executes commands of the document client on in-memory tables. */
import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { InvalidRequest, type Item } from './expressions.ts';
import { type Index, MemoryTable } from './memory-table.ts';

type Transaction = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

export interface MemoryDynamoOptions {
  /** Secondary indexes by name. */
  readonly indexes?: Readonly<Record<string, Index>>;
  /** Items on one page of a query, which DynamoDB bounds by their size. */
  readonly pageItems?: number;
}

const asRefusal = (error: unknown): unknown =>
  error instanceof InvalidRequest
    ? new DynamoDBServiceException({
        $metadata: {},
        $fault: 'client',
        name: error.name,
        message: error.message,
      })
    : error;

/** The attributes that an update returns; for UPDATED_NEW, unchanged ones are among them. */
const returned = (values: string | undefined, before: Item | undefined, after: Item) => {
  if (values === undefined || values === 'NONE') return {};
  const Attributes = values.endsWith('_NEW') ? after : before;
  return Attributes === undefined ? {} : { Attributes };
};

/** Replaces a client, or every client of the class: commands act on `table` from now on. */
export const memoryDynamo = (
  client: DynamoDBDocumentClient | typeof DynamoDBDocumentClient,
  { indexes = {}, pageItems = 1000 }: MemoryDynamoOptions = {},
) => {
  const table = new MemoryTable(indexes);
  const mock = client === DynamoDBDocumentClient ? mockClient(DynamoDBDocumentClient) : mockClient(client);
  const answer =
    <Input, Output>(act: (input: Input) => Output) =>
    async (input: Input): Promise<Output> => {
      try {
        return act(input);
      } catch (error) {
        throw asRefusal(error);
      }
    };
  const install = (): void => {
    mock.reset();
    mock.on(GetCommand).callsFake(
      answer(({ Key }: { Key: Item }) => {
        const found = table.get(Key);
        return found === undefined ? {} : { Item: found };
      }),
    );
    mock.on(PutCommand).callsFake(
      answer((input) => {
        table.put(input.Item, input);
        return {};
      }),
    );
    mock.on(DeleteCommand).callsFake(
      answer((input) => {
        table.delete(input.Key, input);
        return {};
      }),
    );
    mock.on(UpdateCommand).callsFake(
      answer((input) => {
        const before = table.get(input.Key);
        const after = table.update(input.Key, input.UpdateExpression, input);
        return returned(input.ReturnValues, before, after);
      }),
    );
    mock.on(QueryCommand).callsFake(answer((input) => table.query(input, pageItems)));
    mock.on(BatchGetCommand).callsFake(answer((input) => batchGet(table, input.RequestItems)));
    mock.on(TransactWriteCommand).callsFake(answer((input) => transact(table, input.TransactItems)));
  };
  install();
  return {
    table,
    mock,
    /** Empties the table and forgets calls and faults. */
    reset: () => {
      table.clear();
      install();
    },
  };
};

const batchGet = (table: MemoryTable, request: Record<string, { Keys: Item[] }>) => {
  const [[name, { Keys }] = ['', { Keys: [] }]] = Object.entries(request);
  const distinct = new Set(Keys.map(({ pk, sk }) => `${String(pk)}\u0000${String(sk)}`));
  if (Keys.length === 0 || Keys.length > 100) throw new InvalidRequest('expected 1 to 100 keys');
  if (distinct.size < Keys.length) throw new InvalidRequest('Provided list of item keys contains duplicates');
  return { Responses: { [name]: Keys.flatMap((key) => table.get(key) ?? []) } };
};

const keyOfWrite = ({ Put, Update, Delete, ConditionCheck }: Transaction): Item =>
  Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? {};

/** Undefined if the condition of the write holds, or DynamoDB's reason why it does not. */
const reasonAgainst = (table: MemoryTable, write: Transaction): string | undefined => {
  try {
    const { Put, Update, Delete, ConditionCheck } = write;
    if (Update) table.updated(Update.Key ?? {}, Update.UpdateExpression ?? '', Update);
    else table.check(keyOfWrite(write), Put ?? Delete ?? ConditionCheck ?? {});
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'ConditionalCheckFailed';
    throw error;
  }
};

const apply = (table: MemoryTable, { Put, Update, Delete }: Transaction): void => {
  if (Put) table.put(Put.Item ?? {}, Put);
  if (Delete) table.delete(Delete.Key ?? {}, Delete);
  if (Update) table.update(Update.Key ?? {}, Update.UpdateExpression ?? '', Update);
};

/** All writes or none. */
const transact = (table: MemoryTable, writes: readonly Transaction[]) => {
  const distinct = new Set(writes.map(keyOfWrite).map(({ pk, sk }) => `${String(pk)}\u0000${String(sk)}`));
  if (writes.length === 0 || writes.length > 100) throw new InvalidRequest('expected 1 to 100 writes');
  if (distinct.size < writes.length)
    throw new InvalidRequest('Transaction request cannot include multiple operations on one item');
  const reasons = writes.map((write) => reasonAgainst(table, write));
  if (reasons.some((reason) => reason !== undefined))
    throw new TransactionCanceledException({
      $metadata: {},
      message: 'Transaction cancelled',
      CancellationReasons: reasons.map((Code = 'None') => ({ Code })),
    });
  for (const write of writes) apply(table, write);
  return {};
};
