/** Each operation, called through the handler of its function by callers without the permission that it needs. */
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../core/api/operations.ts';
import type { Operation } from '../../../core/platform/api/operation.ts';
import { type Permission, permissionsOf } from '../../../core/platform/permissions.ts';
import { httpEvent } from '../../fixtures/http-events.ts';
import { handlerOf, pathOf, ReachedError } from '../../harness/every-handler.ts';

const all: readonly (readonly [string, Operation])[] = Object.entries(OPERATIONS);
const PERMISSIONS = permissionsOf('admin');
const closed = all.filter(([, { needs }]) => needs !== 'none');

describe.each(closed)('%s', (_, operation) => {
  const { method, needs, servedBy, dialect } = operation;
  /** SCIM has no codes: its errors have the status alone. */
  const codeOf = (code: string) => (dialect === 'scim' ? undefined : code);
  const call = async (permissions: readonly Permission[] | undefined) => {
    const { handler, lines } = handlerOf(servedBy, permissions);
    const { statusCode, body } = await handler(
      httpEvent(method.toUpperCase(), pathOf(operation), { body: '{' }),
    );
    const reached = lines.some(({ cause }) => cause instanceof ReachedError);
    return { status: statusCode, code: JSON.parse(body).code, reached };
  };

  it('answers 401 without a caller, before anything is read', async () => {
    expect(await call(undefined)).toEqual({ status: 401, code: codeOf('unauthorized'), reached: false });
  });

  it(`answers 403 to a caller without ${needs}, before anything is read`, async () => {
    const others = PERMISSIONS.filter((permission) => permission !== needs);
    const refused = { status: 403, code: codeOf('forbidden'), reached: false };
    expect(await call(others)).toEqual(refused);
    expect(await call([])).toEqual(refused);
  });

  it(`goes on with ${needs} alone`, async () => {
    const { status } = await call(PERMISSIONS.filter((permission) => permission === needs));
    expect([401, 403]).not.toContain(status);
  });
});
