import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import * as z from 'zod';

const Line = z.looseObject({
  service: z.string(),
  message: z.string(),
  xray_trace_id: z.string().optional(),
});
export type Line = z.infer<typeof Line>;

const readLine = (text: string): Line[] => {
  try {
    return [Line.parse(JSON.parse(text))];
  } catch {
    // A line of the platform, or of metrics.
    return [];
  }
};

/** Log groups of the functions that have logged: other tests make functions that never run. */
const groupsOf = async (logs: CloudWatchLogsClient): Promise<string[]> => {
  const groups: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client: new LambdaClient() }, {}))
    groups.push(...Functions.flatMap(({ LoggingConfig }) => LoggingConfig?.LogGroup ?? []));
  const existing = new Set<string | undefined>();
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, {}))
    for (const { logGroupName } of logGroups) existing.add(logGroupName);
  return groups.filter((name) => existing.has(name));
};

/** Lines that functions logged since `from` (epoch milliseconds) and that name this trace, in any of their fields. */
export const linesOfTrace = async (root: string, from: number): Promise<Line[]> => {
  const logs = new CloudWatchLogsClient();
  const lines: Line[] = [];
  for (const logGroupName of await groupsOf(logs)) {
    let nextToken: string | undefined;
    do {
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime: from, nextToken }));
      const found = (page.events ?? []).filter(({ message = '' }) => message.includes(root));
      lines.push(...found.flatMap(({ message = '' }) => readLine(message)));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return lines;
};
