import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, it } from 'vitest';
import { loggedAccessCounts } from '../../../adapters/platform/access-counts.ts';
import { DependencyUnavailableError } from '../../../core/shared/errors.ts';
import { recordedTelemetry } from '../../fakes/shared.ts';

const logs = mockClient(CloudWatchLogsClient);
beforeEach(() => logs.reset());

const count = { subject: 'network', network: '192.0.2.0/24', unauthorized: 3 };
const line = (fields: object) => JSON.stringify({ level: 'INFO', message: 'AccessCount', ...fields });
const setup = (groupNames = ['query']) => {
  const { telemetry, lines } = recordedTelemetry();
  return {
    lines,
    counts: loggedAccessCounts({ client: new CloudWatchLogsClient({}), groupNames, telemetry }),
  };
};

it('reads all pages of all groups within the span', async () => {
  logs
    .on(FilterLogEventsCommand)
    .resolves({ events: [{ message: line(count) }] })
    .on(FilterLogEventsCommand, { logGroupName: 'query', nextToken: undefined })
    .resolves({ events: [], nextToken: 'more' });
  expect(await setup(['query', 'ingest']).counts.read({ from: 1000, to: 2000 })).toEqual([count, count]);
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
  expect(await setup().counts.read({ from: 0, to: 1 })).toEqual([count]);
});

it('ends a search that finds no end, and says so', async () => {
  logs.on(FilterLogEventsCommand).resolves({ events: [], nextToken: 'more' });
  const { counts, lines } = setup();
  expect(await counts.read({ from: 0, to: 1 })).toEqual([]);
  expect(lines).toMatchObject([{ level: 'error', fields: { logGroupName: 'query', pages: 200 } }]);
});

it('fails while logs cannot be read', async () => {
  logs.on(FilterLogEventsCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));
  await expect(setup().counts.read({ from: 0, to: 1 })).rejects.toThrow(DependencyUnavailableError);
});
