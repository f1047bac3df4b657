import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { loggedAccessCounts } from '../../../adapters/platform/access-counts.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';

const logs = mockClient(CloudWatchLogsClient);
beforeEach(() => logs.reset());

const count = { subject: 'network', network: '192.0.2.0/24', unauthorized: 3 };
const line = (fields: object) => JSON.stringify({ level: 'INFO', message: 'AccessCount', ...fields });
const countsOf = (groupNames = ['query']) =>
  loggedAccessCounts({ client: new CloudWatchLogsClient({}), groupNames });

it('reads all pages of all groups within the span', async () => {
  logs
    .on(FilterLogEventsCommand)
    .resolves({ events: [{ message: line(count) }] })
    .on(FilterLogEventsCommand, { logGroupName: 'query', nextToken: undefined })
    .resolves({ events: [], nextToken: 'more' });
  expect(await countsOf(['query', 'ingest']).read({ from: 1000, to: 2000 })).toEqual({
    counts: [count, count],
    incomplete: new Map(),
  });
  const inputs = logs.commandCalls(FilterLogEventsCommand).map(({ args }) => args[0].input);
  expect(inputs).toHaveLength(3);
  for (const input of inputs)
    expect(input).toMatchObject({ startTime: 1000, endTime: 1999, filterPattern: '"AccessCount"' });
});

it('skips lines that are no counts, whatever they hold', async () => {
  const messages = [
    'START RequestId: 1 AccessCount',
    '{"message":"AccessCount"',
    line({ subject: 'key', tenantId: 'acme' }),
    line({ ...count, unauthorized: -1 }),
    `2026-03-01T00:00:00Z\tid\tINFO\t${line(count)}`,
  ];
  logs.on(FilterLogEventsCommand).resolves({ events: [...messages.map((message) => ({ message })), {}] });
  expect((await countsOf().read({ from: 0, to: 1 })).counts).toEqual([count]);
});

it('ends a search that finds no end, and names the group that was read in part', async () => {
  logs
    .on(FilterLogEventsCommand)
    .resolves({ events: [{ message: line(count) }] })
    .on(FilterLogEventsCommand, { logGroupName: 'query' })
    .resolves({ events: [], nextToken: 'more' });
  expect(await countsOf(['query', 'ingest']).read({ from: 0, to: 1 })).toEqual({
    counts: [count],
    incomplete: new Map([['query', 100]]),
  });
});

it('fails while logs cannot be read', async () => {
  logs.on(FilterLogEventsCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
  await expect(countsOf().read({ from: 0, to: 1 })).rejects.toThrow(DependencyUnavailableError);
});
