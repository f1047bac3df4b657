/** What the functions logged, and what must not be in it. */
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Sent, SentBytes } from './row.ts';

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

const CREDENTIAL_HEADERS =
  /^(?:(?:proxy-|x-forwarded-)?authorization|x[-_]api[-_]key|cookie|webhook-signature|x-slack-signature)$/i;
const MIN_LENGTH = 24;

/** The credentials that a request carries in its headers. */
export const credentialsIn = (sent: Sent | SentBytes): readonly string[] =>
  'bytes' in sent
    ? []
    : (sent.headers ?? [])
        .filter(([name]) => CREDENTIAL_HEADERS.test(name))
        .flatMap(([, value]) => value.split(/[\s,]+/))
        .filter((text) => text.length >= MIN_LENGTH);

const WINDOW = 20;
const MIN_DISTINCT = 8;

/** Parts by which a cut text is recognised, too: the beginning, the middle and the end of what is secret. */
const partsOf = (credential: string): readonly string[] => {
  const secret = /^fsk_.*_([\w-]{43})$/.exec(credential)?.[1] ?? credential;
  const starts = [0, Math.floor((secret.length - WINDOW) / 2), secret.length - WINDOW];
  return starts
    .map((at) => secret.slice(Math.max(0, at), Math.max(0, at) + WINDOW))
    .filter((part) => new Set(part).size >= MIN_DISTINCT);
};

/** Parts of credentials that the lines hold. */
export const leakedIn = (lines: readonly string[], credentials: Iterable<string>): readonly string[] => {
  const text = lines.join('\n');
  return [...new Set([...credentials].flatMap(partsOf))].filter((part) => text.includes(part));
};

/** Controls that reach a terminal, and characters that reorder or break a line. Lines end in a line feed. */
const CONTROLS = /(?!\n)[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

export const withControls = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => CONTROLS.test(line.replace(/[\r\n]+$/, '')));
