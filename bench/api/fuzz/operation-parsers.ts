/** Path, query, headers and body of every operation of the API, through the runtime that serves it. */

import * as z from 'zod';
import { OPERATIONS } from '../../../core/api/operations.ts';
import { AssessmentBody } from '../../../core/changes/api/assessment.ts';
import { featuresOf } from '../../../core/changes/risk/engine/change-features.ts';
import { findingsOf } from '../../../core/changes/risk/engine/change-findings.ts';
import { readPlannedChange } from '../../../core/changes/risk/formats/planned-change.ts';
import { edgesFromTraces, TraceSummary } from '../../../core/incidents/topology/trace-edges.ts';
import type { Operation } from '../../../core/platform/api/operation.ts';
import type { Identity } from '../../../core/platform/identity.ts';
import { SCOPES } from '../../../core/platform/permissions.ts';
import { decodeCursor, encodeCursor } from '../../../core/shared/cursor.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { parseJson } from '../../../core/shared/parse-json.ts';
import type { HttpReply } from '../../../functions/runtime/http-reply.ts';
import { idempotencyKeyOf } from '../../../functions/runtime/idempotency.ts';
import { route } from '../../../functions/runtime/route.ts';
import { serveHttp } from '../../../functions/runtime/serve-http.ts';
import { type FuzzedParser, holds, isSound, parser } from './parser.ts';
import { damagedText, isChosen, pick, type Random } from './random-input.ts';
import { jsonSchemaOf, jsonText, valueFor } from './random-json.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 10);
const SCOPE = 'fuzz:acme';
const CURSOR = encodeCursor(SCOPE, ['web-1']);

interface Parts {
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const asJson = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new InvalidInputError('no JSON', { cause });
  }
};

/** Parsing that an operation does beyond its schema. */
const DEEPER: Readonly<Partial<Record<keyof typeof OPERATIONS, (body: unknown) => unknown>>> = {
  recordTraces: (body) => edgesFromTraces(TraceSummary.parse(body), NOW_MS / 1000),
  assessChange: (body) => {
    const { format, content } = AssessmentBody.parse(body).plan;
    const isText = format !== 'cdk-diff' && typeof content === 'string';
    const change = readPlannedChange(format, isText ? asJson(content) : content);
    const context = { recentFailures: 0, recentDeploys: 0 };
    return [featuresOf(change, context), findingsOf(change)];
  },
};

const Position = z.tuple([z.string()]);

/** Only people hold the permission to approve. */
const callerOf = ({ needs }: Operation): Identity =>
  needs === 'approve'
    ? { tenantId: 'acme', kind: 'person', name: 'fuzz', grants: new Set(['approve']) }
    : { tenantId: 'acme', kind: 'key', name: 'fuzz', keyId: 'keyaaaaaaaaa', grants: new Set(SCOPES) };

/** Serves an operation by returning what it accepted. */
const echoOf = (id: string, operation: Operation) => {
  const seen: { accepted?: unknown } = {};
  const deeper = DEEPER[id as keyof typeof OPERATIONS];
  const echo = route(operation, async ({ params, query, body, request }) => {
    const { cursor } = query as { readonly cursor?: string };
    seen.accepted = {
      ...{ params, query, body, key: idempotencyKeyOf(request.headers) },
      position: cursor === undefined ? [] : decodeCursor(SCOPE, cursor, Position),
      more: deeper?.(body),
    };
    return {};
  });
  const failures: unknown[] = [];
  const handler = serveHttp(
    { [id]: echo },
    {
      authenticate: async () => callerOf(operation),
      quotas: {
        take: async () => true,
        takeEach: async () => [],
        charge: async () => {},
        isSpent: () => false,
      },
      now: () => NOW_MS,
      telemetry: { info: () => {}, count: () => {}, error: (...line) => void failures.push(line) },
    },
  );
  return { handler, seen, failures };
};

const MAX_ANSWER = 60_000;

const checkReply = ({ statusCode, body }: HttpReply, failures: unknown[]): void => {
  if (statusCode >= 500 || failures.length > 0)
    throw new Error(`answered ${statusCode}: ${failures.splice(0).map(String).join(' ').slice(0, 400)}`);
  if (body.length > MAX_ANSWER) throw new Error(`answered ${body.length} characters`);
};

const eventOf = ({ method }: Operation, { path, query, body, headers }: Parts) => ({
  ...{ rawPath: path, rawQueryString: query, headers, body },
  requestContext: { requestId: 'fuzz', http: { method: method.toUpperCase() } },
});

const queryText = (values: object): string =>
  new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();

const ALERT = {
  ...{ status: 'firing', labels: { alertname: 'HighCpu', instance: 'web-1' } },
  ...{ startsAt: '2026-11-21T10:00:00Z', endsAt: '0001-01-01T00:00:00Z' },
};

/** Bodies with more rules than a schema in JSON can tell. */
const BODIES: Readonly<Record<string, unknown>> = {
  receiveAlertmanager: { version: '4', groupKey: 'g', status: 'firing', receiver: 'r', alerts: [ALERT] },
  requestRemediation: {
    ...{ action: 'scale-out-group', resource: 'auto-scaling-group:web', reason: 'load', dryRun: true },
  },
};

/** A request of which each part fits its schema. */
const goodParts = (id: string, operation: Operation) => {
  const [params, query] = [jsonSchemaOf(operation.params), jsonSchemaOf(operation.query)];
  const body = operation.body && jsonSchemaOf(operation.body);
  return (random: Random) => {
    const ids = valueFor(random, params) as Readonly<Record<string, string>>;
    const given = { ...(valueFor(random, query) as object) };
    return {
      ids,
      query: 'cursor' in given ? { ...given, cursor: CURSOR } : given,
      body: BODIES[id] ?? (body === undefined ? undefined : valueFor(random, body)),
    };
  };
};

const pathOf = ({ path }: Operation, idOf: (name: string) => string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idOf(name));

type Part = 'path' | 'query' | 'body' | 'headers';

/** Parts that an operation takes. Headers matter to those that read a body or an Idempotency-Key. */
const partsOf = ({ path, query, body, idempotency }: Operation): readonly Part[] => [
  ...(path.includes('{') ? (['path'] as const) : []),
  ...(Object.keys(query.shape).length > 0 ? (['query'] as const) : []),
  ...(body === undefined ? [] : (['body'] as const)),
  ...(body === undefined && idempotency === undefined ? [] : (['headers'] as const)),
];

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json; charset=utf-8',
  'content-encoding': 'identity',
  'idempotency-key': 'one-2',
};

const damagedHeaders = (random: Random) => {
  const [name, value] = pick(random, Object.entries(HEADERS));
  return { ...HEADERS, [name]: isChosen(random, 0.15) ? value : damagedText(random, value) };
};

const maker = (id: string, operation: Operation, part: Part) => {
  const good = goodParts(id, operation);
  return (random: Random): Parts => {
    const { ids, query, body } = good(random);
    const damaged = (text: string, own: Part) =>
      own === part && !isChosen(random, 0.15) ? damagedText(random, text) : text;
    const text = body === undefined ? '' : JSON.stringify(body);
    return {
      path: pathOf(operation, (name) => damaged(encodeURIComponent(ids[name] ?? 'a'), 'path')),
      query: damaged(queryText(query), 'query'),
      body: part === 'body' ? jsonText(random, () => body) : text,
      headers: part === 'headers' ? damagedHeaders(random) : HEADERS,
    };
  };
};

/** The tenant of a webhook is any text: it is compared with nothing but the signature, in `webhooks`. */
const UNVERIFIED = 'receiveChange';

/** A parser for each part that an operation takes. */
export const operationParsers = (
  operations: Readonly<Record<string, Operation>> = OPERATIONS,
): readonly FuzzedParser[] =>
  Object.entries(operations).flatMap(([id, operation]) =>
    partsOf(operation).map((part) => {
      const { handler, seen, failures } = echoOf(id, operation);
      const serve = async (parts: Parts) => {
        seen.accepted = undefined;
        const reply = await handler(eventOf(operation, parts));
        checkReply(reply, failures);
        return reply.statusCode < 300 ? seen.accepted : undefined;
      };
      return parser(`${id}: ${part}`, maker(id, operation, part), serve, (accepted) => {
        holds(accepted !== undefined, 'the execution of what was accepted');
        const { params, ...others } = z.looseObject({ params: z.unknown() }).parse(accepted);
        isSound(JSON.parse(JSON.stringify(id === UNVERIFIED ? others : { params, ...others })));
      });
    }),
  );
