import { describe, expect, it } from 'vitest';
import { hashApiKey, isApiKey } from '../../../../core/platform/access/api-key.ts';
import { ConflictError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { makeHandler } from '../../../../functions/platform/issue-api-key/handler.ts';
import { authenticate } from '../../../../functions/runtime/authenticate.ts';
import { IngestionWorld } from '../../../fakes/metrics.ts';

const setup = () => {
  const world = new IngestionWorld();
  let issued = 0;
  const random = (bytes: number) => new Uint8Array(bytes).fill(++issued);
  return {
    world,
    handler: makeHandler({ keys: world.keys, telemetry: world.telemetry, random, now: () => 5_000 }),
  };
};

describe('issue-api-key', () => {
  it('issues a key for its tenant and stores only its hash', async () => {
    const { world, handler } = setup();
    const issued = await handler({ tenantId: 'acme', name: ' agents ' });
    expect(issued).toMatchObject({ tenantId: 'acme', name: 'agents' });
    expect(isApiKey(issued.apiKey)).toBe(true);
    expect([...world.apiKeys]).toEqual([
      [hashApiKey(issued.apiKey), { tenantId: 'acme', name: 'agents', createdAt: 5_000 }],
    ]);
    const check = authenticate({ keys: world.keys, now: () => 0 });
    expect(await check({ 'x-api-key': issued.apiKey })).toEqual({ tenantId: 'acme', name: 'agents' });
  });

  it('issues a different key each time', async () => {
    const { handler } = setup();
    const keys = [
      await handler({ tenantId: 'acme', name: 'a' }),
      await handler({ tenantId: 'acme', name: 'a' }),
    ];
    expect(new Set(keys.map(({ apiKey }) => apiKey)).size).toBe(2);
  });

  it('logs only the name', async () => {
    const { world, handler } = setup();
    await handler({ tenantId: 'acme', name: 'agents' });
    expect(world.logged).toEqual([{ level: 'info', message: 'API key issued', fields: { name: 'agents' } }]);
  });

  it.each([
    {},
    { tenantId: 'Acme!', name: 'a' },
    { tenantId: 'acme', name: ' ' },
    { tenantId: 'acme' },
    'acme',
    null,
  ])('rejects %j', async (event) => {
    const { world, handler } = setup();
    await expect(handler(event)).rejects.toThrow(InvalidInputError);
    expect(world.apiKeys.size).toBe(0);
  });

  it('does not issue a key that exists already', async () => {
    const world = new IngestionWorld();
    const handler = makeHandler({
      keys: world.keys,
      telemetry: world.telemetry,
      random: (n) => new Uint8Array(n),
      now: () => 0,
    });
    await handler({ tenantId: 'acme', name: 'a' });
    await expect(handler({ tenantId: 'rival', name: 'b' })).rejects.toThrow(ConflictError);
    expect([...world.apiKeys.values()].map(({ tenantId }) => tenantId)).toEqual(['acme']);
  });
});
