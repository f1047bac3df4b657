import { type CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ACCESS_COUNT, AccessCount } from '../../core/platform/abuse/access-count.ts';
import type { AccessCounts, TimeSpan } from '../../core/platform/abuse/ports.ts';
import { inParallel } from '../../core/shared/in-parallel.ts';
import { withSdkErrors } from '../aws/sdk-failure.ts';

export interface AccessLogs {
  readonly client: CloudWatchLogsClient;
  readonly groupNames: readonly string[];
}

/** The search of a group stops here, so that a flood of lines cannot keep the function busy, and says so. */
const MAX_PAGES = 100;
const PARALLEL_GROUPS = 4;

/** A log line is JSON, which Lambda may precede with its own fields. */
const countIn = (line: string): AccessCount | undefined => {
  try {
    const fields: unknown = JSON.parse(line.slice(line.indexOf('{')));
    return AccessCount.safeParse(fields).data;
  } catch {
    return undefined;
  }
};

/** The counts in a group. `pages`: those that were read if there are more. */
const readGroup = async (
  { client }: AccessLogs,
  logGroupName: string,
  { from, to }: TimeSpan,
): Promise<{ readonly counts: readonly AccessCount[]; readonly pages?: number }> => {
  const counts: AccessCount[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = new FilterLogEventsCommand({
      ...{ logGroupName, startTime: from, endTime: to - 1, nextToken },
      filterPattern: `"${ACCESS_COUNT}"`,
    });
    const answer = await withSdkErrors('reading access counts', () => client.send(query));
    for (const { message = '' } of answer.events ?? []) {
      const count = countIn(message);
      if (count !== undefined) counts.push(count);
    }
    nextToken = answer.nextToken;
    if (nextToken === undefined) return { counts };
  }
  return { counts, pages: MAX_PAGES };
};

/** Access counts in the logs of the functions behind the API. A search of logs costs nothing besides the requests. */
export const loggedAccessCounts = (logs: AccessLogs): AccessCounts => ({
  read: async (span) => {
    const read = await inParallel(
      PARALLEL_GROUPS,
      logs.groupNames,
      async (name) => [name, await readGroup(logs, name, span)] as const,
    );
    return {
      counts: read.flatMap(([, { counts }]) => counts),
      incomplete: new Map(
        read.flatMap(([name, { pages }]) => (pages === undefined ? [] : [[name, pages] as const])),
      ),
    };
  },
});
