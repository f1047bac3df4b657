import { describe, expect, it } from 'vitest';
import { errorBudgetReader } from '../../../../core/remediation/gathering/read-error-budget.ts';
import type { ServiceObjective } from '../../../../core/remediation/policy.ts';
import { DependencyUnavailableError, InvalidInputError } from '../../../../core/shared/errors.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { NOW } from '../stored-samples.ts';
import { TENANT } from './gathering-world.ts';

const DAY = 86_400;
const objective = (over: Partial<ServiceObjective> = {}): ServiceObjective => ({
  ...{ name: 'fast answers', target: 'web-1', metric: 'latency_ms', objective: 0.9, windowDays: 7 },
  ...{ threshold: { direction: 'above', limit: 400 }, ...over },
});

type Points = readonly (readonly [at: number, value: number])[];
/** One measurement every ten minutes of the `days` before now, each with the value of its number. */
const every = (days: number, value: (n: number) => number): Points =>
  Array.from({ length: days * 144 }, (_, n) => [NOW - (days * 144 - n) * 600, value(n)] as const);

const sourcesOf = (metrics: Readonly<Record<string, Points>>, target = watched('web-1')) => ({
  blocks: memoryBlocks({ [`${TENANT} web-1`]: metrics }),
  registry: memoryRegistry([target]),
});
const read = (metrics: Readonly<Record<string, Points>>, ...objectives: readonly ServiceObjective[]) =>
  errorBudgetReader(sourcesOf(metrics))(TENANT, objectives, NOW);

describe('the error budget that is read', () => {
  it('counts every measurement within the window, and none before it', async () => {
    const latency_ms = [...every(20, (n) => (n < 13 * 144 ? 999 : n % 20 === 0 ? 500 : 100))];
    const budget = await read({ latency_ms }, objective());
    expect(budget).toMatchObject({ objective: 'fast answers', bad: 50 });
    expect(budget?.measured).toBe(7 * 144 - 1);
    expect(budget?.remaining).toBeCloseTo(1 - 50 / (0.1 * (7 * 144 - 1)), 6);
  });

  it('is the least of several', async () => {
    const latency_ms = every(7, (n) => (n % 4 === 0 ? 500 : 100));
    const lenient = objective({ name: 'lenient', objective: 0.6 });
    const budget = await read({ latency_ms }, lenient, objective({ name: 'strict' }), lenient);
    expect(budget).toMatchObject({ objective: 'strict' });
  });

  it('of a counter is about its rate', async () => {
    const target = watched('web-1', { metrics: { errors: { kind: 'counter' } } });
    let total = 0;
    // Six errors in ten minutes, and sixty in every fifth.
    const errors = every(7, (n) => (total += n % 5 === 0 ? 60 : 6));
    const promise = objective({ metric: 'errors', threshold: { direction: 'above', limit: 0.05 } });
    const budget = await errorBudgetReader(sourcesOf({ errors }, target))(TENANT, [promise], NOW);
    expect((budget?.bad ?? 0) / (budget?.measured ?? 0)).toBeCloseTo(0.2, 2);
  });

  it('is unknown without the target, its metric, or enough measurements', async () => {
    const latency_ms = every(7, () => 100);
    expect(await read({ latency_ms })).toBeNull();
    expect(await read({ latency_ms }, objective({ target: 'web-2' }))).toBeNull();
    expect(await read({ latency_ms }, objective({ metric: 'errors' }))).toBeNull();
    expect(await read({ latency_ms: every(7, () => 100).slice(-100) }, objective())).toBeNull();
    expect(await read({ latency_ms: every(7, () => 100).slice(-1) }, objective())).toBeNull();
    expect(await read({ latency_ms: every(7, () => Number.NaN) }, objective())).toBeNull();
  });

  it('counts as used up if what is stored is damaged, and fails if nothing can be read now', async () => {
    const failing = (error: Error) => ({
      ...sourcesOf({}),
      blocks: {
        readRange: async () => {
          throw error;
        },
      },
    });
    const budget = (error: Error) => errorBudgetReader(failing(error))(TENANT, [objective()], NOW);
    const unreadable = 'a damaged block';
    expect(await budget(new InvalidInputError(unreadable))).toEqual({
      ...{ remaining: 0, objective: 'fast answers', unreadable },
    });
    await expect(budget(new DependencyUnavailableError('DynamoDB'))).rejects.toThrow('DynamoDB');
  });

  it('reads the blocks of a target once for all of its objectives, each within its own window', async () => {
    const sources = sourcesOf({
      latency_ms: every(7, (n) => (n < 5 * 144 ? 999 : 100)),
      errors: every(7, () => 0),
    });
    const hours: number[] = [];
    const blocks: typeof sources.blocks = {
      readRange: (tenant, target, from, to) => {
        for (let hour = from; hour <= to; hour++) hours.push(hour);
        return sources.blocks.readRange(tenant, target, from, to);
      },
    };
    const short = objective({ name: 'short', windowDays: 2 });
    const few = objective({ name: 'few errors', metric: 'errors' });
    const of = (...objectives: readonly ServiceObjective[]) =>
      errorBudgetReader({ ...sources, blocks })(TENANT, objectives, NOW);
    expect(await of(short, few)).toMatchObject({ objective: 'short', remaining: 1, bad: 0 });
    expect(new Set(hours).size).toBe(hours.length);
    expect(await of(short, few, objective())).toMatchObject({ objective: 'fast answers', measured: 1007 });
  });

  it('counts as used up if its measurements are more than can be read in time', async () => {
    const sources = sourcesOf({ latency_ms: every(7, () => 100) });
    const within = (maxBytes: number) => errorBudgetReader(sources, maxBytes)(TENANT, [objective()], NOW);
    expect(await within(1e6)).toMatchObject({ remaining: 1 });
    expect(await within(1000)).toEqual({
      ...{ remaining: 0, objective: 'fast answers' },
      unreadable: 'the windows of the objectives hold more than 0.001 MB',
    });
  });

  it('is remembered for two minutes, for the tenant and these objectives', async () => {
    const sources = sourcesOf({ latency_ms: every(7, () => 100) });
    const asked: string[] = [];
    const read = errorBudgetReader({
      blocks: sources.blocks,
      registry: {
        get: (tenant, target) => {
          asked.push(`${tenant} ${target}`);
          return sources.registry.get(tenant, target);
        },
      },
    });
    const first = await read(TENANT, [objective()], NOW);
    expect(await read(TENANT, [objective()], NOW + 119)).toBe(first);
    expect(asked).toHaveLength(1);
    expect((await read(TENANT, [objective({ objective: 0.8 })], NOW))?.measured).toBe(first?.measured);
    expect(await read('globex', [objective()], NOW)).toBeNull();
    expect(await read(TENANT, [objective()], NOW + 120)).not.toBe(first);
    expect(asked).toEqual([`${TENANT} web-1`, `${TENANT} web-1`, 'globex web-1', `${TENANT} web-1`]);
  });

  it('forgets what it read rather than growing without bound', async () => {
    const { registry, blocks } = sourcesOf({});
    let reads = 0;
    const counted: typeof registry.get = (tenant, target) => {
      reads++;
      return registry.get(tenant, target);
    };
    const read = errorBudgetReader({ blocks, registry: { get: counted } });
    for (let n = 0; n <= 100; n++) await read(`tenant-${n}`, [objective()], NOW);
    await read('tenant-0', [objective()], NOW);
    expect(reads).toBe(102);
  });

  it('reads no more than the window', async () => {
    const hours: number[] = [];
    const blocks = {
      readRange: async (_: string, __: string, from: number, to: number) => {
        hours.push(from, to);
        return [];
      },
    };
    await errorBudgetReader({ ...sourcesOf({}), blocks })(TENANT, [objective({ windowDays: 2 })], NOW);
    expect([Math.min(...hours), Math.max(...hours)]).toEqual(
      [NOW - 2 * DAY, NOW].map((at) => Math.floor(at / 3600)),
    );
  });
});
