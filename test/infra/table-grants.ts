import { text } from './synthesised-stage.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

export const asList = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

/** The name of a table in the data stack, from the logical id of its resource. */
export const tableNamed = (id: string): string => id.replace(/^data\/(\w+)StoreTable\w{8}$/, '$1');

/** The table in the ARN of a resource, with its part (index or stream) if it is not the table itself. */
const tableOf = (resource: unknown): string => {
  const [, table, attribute] =
    /ExportsOutputFnGetAtt(\w+?)StoreTable\w{8}(StreamArn|Arn)/.exec(text(resource)) ?? [];
  if (table === undefined) throw new TypeError(`not a table: ${text(resource)}`);
  if (attribute === 'StreamArn') return `${table} stream`;
  return /\/index\/by\w+/.test(text(resource)) ? `${table} by index` : table;
};

/** Actions of a statement; those on tables with their table. */
export const grantsOf = ({ Action, Resource }: Statement): string[] =>
  asList(Action).flatMap((action) =>
    action.startsWith('dynamodb:') && action !== 'dynamodb:ListStreams'
      ? asList(Resource).map((resource) => `${action} ${tableOf(resource)}`)
      : [action],
  );

/** Actions on a table as `grantsOf` names them. */
export const on = (table: string, ...actions: readonly string[]): string[] =>
  actions.map((action) => `dynamodb:${action} ${table}`);
