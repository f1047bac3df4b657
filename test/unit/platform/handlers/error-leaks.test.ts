/** Responses to failed requests: they must not show what the failure knows about the deployment or other tenants. */
import { describe, expect, it } from 'vitest';
import { withSdkErrors } from '../../../../adapters/aws/sdk-failure.ts';
import { type Operation, QUERY } from '../../../../core/platform/api/operation.ts';
import {
  ConfigurationError,
  DependencyUnavailableError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { route } from '../../../../functions/runtime/route.ts';
import { serveHttp } from '../../../../functions/runtime/serve-http.ts';
import { memoryQuotas } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';
import { httpEvent } from '../../../fixtures/http-events.ts';

const ARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Forestall-prod-Data-BlocksTable-1A2B';
const SECRET = 'fsk_umbrella_keyaaaaaaaaa_c2VjcmV0';
const OTHER_TENANT = 'TENANT#umbrella';
const STACK_LINE = 'at Object.put (/var/task/index.mjs:1:2)';
const INTERNAL = `${ARN} ${OTHER_TENANT} ${SECRET} ${STACK_LINE}`;
const LEAKS = /arn:|123456789012|Forestall-prod|umbrella|fsk_|\/var\/task|Exception|stack|\bat \w+\./i;

const OPERATION: Operation = {
  ...QUERY,
  ...{ tag: 'platform', path: '/v1/things', summary: '', needs: 'none', quota: 'none', responses: [] },
};

/** The reply to a request of which the execution fails. */
const replyTo = async (fail: () => unknown) => {
  const { telemetry, lines } = recordedTelemetry();
  const things = route(OPERATION, async () => Promise.reject(await fail()));
  const handler = serveHttp(
    { things },
    { authenticate: async () => undefined, quotas: memoryQuotas(), now: () => 0, telemetry },
  );
  const { statusCode, headers, body } = await handler(httpEvent('GET', '/v1/things'));
  return { status: statusCode, shown: `${JSON.stringify(headers)}${body}`, lines };
};

const aws = (name: string, more: object = {}): Error =>
  Object.assign(new Error(INTERNAL), { name, $fault: 'client', $metadata: { requestId: 'r' }, ...more });

/** What an adapter makes of a failure of AWS. */
const through = (error: Error) => () => withSdkErrors(INTERNAL, () => Promise.reject(error)).catch((e) => e);

describe('a failed request shows nothing of', () => {
  it.each([
    ['a denied call', through(aws('AccessDeniedException')), 500],
    ['a missing table', through(aws('ResourceNotFoundException')), 500],
    ['a throttled table', through(aws('ThrottlingException')), 503],
    ['a failing service', through(aws('InternalServerError', { $fault: 'server' })), 503],
    ['a refused value', through(aws('ValidationException')), 400],
    ['an error of the network', through(Object.assign(new Error(INTERNAL), { code: 'ECONNRESET' })), 503],
    ['a damaged item', () => new UnreadableItemError(INTERNAL, INTERNAL), 500],
    ['a wrong deployment', () => new ConfigurationError(INTERNAL), 500],
    ['a dependency', () => new DependencyUnavailableError(INTERNAL, { cause: aws('x') }), 503],
    ['a bug', () => new TypeError(INTERNAL), 500],
    ['a call stack that is too deep', () => new RangeError(INTERNAL), 500],
    ['several errors at once', () => new AggregateError([new Error(INTERNAL)], INTERNAL), 500],
    ['a thrown text', () => INTERNAL, 500],
    ['a thrown object', () => ({ message: INTERNAL, stack: INTERNAL, statusCode: 200, body: INTERNAL }), 500],
    ['a rejection without a reason', () => undefined, 500],
  ])('%s', async (_, fail, status) => {
    const reply = await replyTo(fail);
    expect(reply.status).toBe(status);
    expect(reply.shown).not.toMatch(LEAKS);
    expect(reply.lines).toHaveLength(1);
  });

  it('the item that was too large to store, but its size', async () => {
    const tooLarge = Object.assign(new Error(`Item size has exceeded ${INTERNAL}`), {
      name: 'ValidationException',
    });
    const reply = await replyTo(() =>
      withSdkErrors('storing a graph', () => Promise.reject(tooLarge)).catch((e) => e),
    );
    expect(reply.status).toBe(413);
    expect(reply.shown).not.toMatch(LEAKS);
    expect(reply.shown).toContain('larger than a stored item may be');
  });

  it('the event that was no request', async () => {
    const { telemetry } = recordedTelemetry();
    const handler = serveHttp(
      {},
      { authenticate: async () => undefined, quotas: memoryQuotas(), now: () => 0, telemetry },
    );
    const { statusCode, body } = await handler({ detail: INTERNAL });
    expect(statusCode).toBe(400);
    expect(body).not.toMatch(LEAKS);
  });
});

it('recognises each kind of leak', () => {
  for (const leak of [ARN, SECRET, OTHER_TENANT, STACK_LINE, 'ValidationException: no'])
    expect(leak).toMatch(LEAKS);
});
