/** What the functions of the deployment logged. */
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';

/** Lines of Lambda itself. */
const OF_LAMBDA = /^(?:START|END|REPORT) RequestId: /;

/** Lines that all functions logged since `from`, in epoch milliseconds. */
export const loggedSince = async (from: number): Promise<readonly string[]> => {
  const client = new CloudWatchLogsClient();
  const lines: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {}))
    for (const { logGroupName } of logGroups) {
      const pages = paginateFilterLogEvents({ client }, { logGroupName, startTime: from });
      for await (const { events = [] } of pages) lines.push(...events.map(({ message = '' }) => message));
    }
  return lines.filter((line) => !OF_LAMBDA.test(line));
};

/** Controls that reach a terminal, and characters that reorder or break a line. Lines end in a line feed. */
const CONTROLS = /(?!\n)[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/** Lines with characters that forge lines or speak to a terminal. */
export const withControls = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => CONTROLS.test(line.replace(/[\r\n]+$/, '')));
