import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLAIM_SECONDS, executeOnce } from '../../../../core/platform/idempotency/execute-once.ts';
import type { ResponseStore } from '../../../../core/platform/idempotency/ports.ts';
import { ConflictError, DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { DAY_SECONDS } from '../../../../core/shared/time.ts';
import { memoryResponses } from '../../../fakes/platform.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

const NOW = 1_795_255_500;
const COMMAND = { tenantId: 'acme', key: 'deploy-42', fingerprint: 'a', requestId: 'first' };
const REPEATED = { ...COMMAND, requestId: 'second' };

const setup = (over: Partial<ResponseStore> = {}) => {
  const log = recordedTelemetry();
  const responses = { ...memoryResponses(), ...over };
  const deps = { responses, telemetry: log.telemetry };
  let executions = 0;
  const succeed = async () => ({ statusCode: 200, headers: {}, body: `execution ${++executions}` });
  const run = (command = COMMAND, now = NOW, execute: () => ReturnType<typeof succeed> = succeed) =>
    executeOnce(deps, command, now, execute);
  return { log, deps, run, succeed, executions: () => executions };
};

describe('a command with a key', () => {
  it('is executed once within a day, and returns its first response again', async () => {
    const { run, executions, log } = setup();
    const first = await run();
    expect(await run(REPEATED, NOW + DAY_SECONDS - 1)).toEqual(first);
    expect(executions()).toBe(1);
    expect(log.counts).toEqual({ CommandsRepeated: 1 });
    expect((await run(REPEATED, NOW + DAY_SECONDS)).body).toBe('execution 2');
  });

  it('does not affect another key or tenant', async () => {
    const { run } = setup();
    const bodies = [];
    for (const other of [{}, { key: 'deploy-43' }, { tenantId: 'globex' }])
      bodies.push((await run({ ...COMMAND, ...other })).body);
    expect(bodies).toEqual(['execution 1', 'execution 2', 'execution 3']);
  });

  it('whose key belongs to another request is rejected, before and after that request is answered', async () => {
    const { run, succeed, executions } = setup();
    const other = { ...REPEATED, fingerprint: 'b' };
    const refusal = { code: 'idempotency-key-reused', message: expect.stringContaining('deploy-42') };
    await run(COMMAND, NOW, async () => {
      await expect(run(other)).rejects.toMatchObject(refusal);
      return succeed();
    });
    await expect(run(other)).rejects.toMatchObject(refusal);
    expect(executions()).toBe(1);
  });

  it.each([
    [0, '5'],
    [CLAIM_SECONDS - 3, '3'],
    [CLAIM_SECONDS - 1, '1'],
  ])(
    'that is being executed since %i s is rejected, to be retried after %s s',
    async (seconds, retryAfter) => {
      const { run, succeed, executions } = setup();
      await run(COMMAND, NOW, async () => {
        await expect(run(REPEATED, NOW + seconds)).rejects.toMatchObject({
          code: 'request-in-progress',
          headers: { 'retry-after': retryAfter },
        });
        return succeed();
      });
      expect(executions()).toBe(1);
    },
  );

  it('is executed once for any number of concurrent requests', async () => {
    const times = fc.record({ many: fc.integer({ min: 2, max: 8 }), ticks: fc.integer({ min: 0, max: 9 }) });
    const property = fc.asyncProperty(times, async ({ many, ticks }) => {
      const { run, succeed, executions } = setup();
      const slow = async () => {
        for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
        return succeed();
      };
      const requests = Array.from({ length: many }, (_, i) =>
        run({ ...COMMAND, requestId: `${i}` }, NOW, slow),
      );
      const answered = (await Promise.allSettled(requests)).filter(({ status }) => status === 'fulfilled');
      expect([answered.length >= 1, executions()]).toEqual([true, 1]);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});

describe('after a crash between claim and response', () => {
  const crash = () => new Promise<never>(() => {});

  it('a retry waits until the claim has expired, and then executes', async () => {
    const { run, executions } = setup();
    void run(COMMAND, NOW, crash);
    await expect(run(REPEATED, NOW + CLAIM_SECONDS - 1)).rejects.toMatchObject({
      code: 'request-in-progress',
    });
    expect((await run(REPEATED, NOW + CLAIM_SECONDS)).body).toBe('execution 1');
    expect(executions()).toBe(1);
  });

  it('the response of the retry stays, even if the first request ends later', async () => {
    const { run, succeed, log } = setup();
    let end = () => {};
    const late = new Promise<void>((resolve) => {
      end = resolve;
    });
    const first = run(COMMAND, NOW, async () => {
      await late;
      return { ...(await succeed()), body: 'late' };
    });
    const retried = await run(REPEATED, NOW + CLAIM_SECONDS);
    end();
    expect((await first).body).toBe('late');
    expect(await run({ ...COMMAND, requestId: 'third' }, NOW + CLAIM_SECONDS + 1)).toEqual(retried);
    expect(log.counts).toMatchObject({ IdempotencyFailed: 1 });
  });
});

describe('an error', () => {
  it('of the command is not stored: a retry executes at once', async () => {
    const { run, log } = setup();
    const fail = async () => {
      throw new ConflictError('changed meanwhile');
    };
    await expect(run(COMMAND, NOW, fail)).rejects.toThrow('changed meanwhile');
    expect((await run(REPEATED)).body).toBe('execution 1');
    expect(log.counts).toEqual({});
  });

  it('of the store before the execution prevents it', async () => {
    const claim = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const { run, executions } = setup({ claim });
    await expect(run()).rejects.toThrow('throttled');
    expect(executions()).toBe(0);
  });

  it('of the store after the execution is logged, and the response returned', async () => {
    const complete = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const { run, log } = setup({ complete });
    expect((await run()).body).toBe('execution 1');
    expect(log.lines).toMatchObject([
      { level: 'error', fields: { tenantId: 'acme' }, cause: expect.any(DependencyUnavailableError) },
    ]);
    expect(log.counts).toEqual({ IdempotencyFailed: 1 });
  });

  it('of releasing the key does not hide the error of the command', async () => {
    const release = async () => {
      throw new DependencyUnavailableError('throttled');
    };
    const { run, log } = setup({ release });
    const fail = async () => {
      throw new ConflictError('changed meanwhile');
    };
    await expect(run(COMMAND, NOW, fail)).rejects.toThrow(ConflictError);
    expect(log.counts).toEqual({ IdempotencyFailed: 1 });
  });
});
