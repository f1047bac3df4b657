/** OTLP requests that are small to send, but compared many attributes many times. */
import { expect, it } from 'vitest';
import { differenceOf } from '../../../../core/metrics/ingestion/formats/otlp-identity.ts';
import { leastCpuMs } from '../../../fixtures/cpu-time.ts';
import { decodeAs, NOW_SECONDS, rejectionOf } from '../../../fixtures/ingestion/decoding.ts';

const otlp = { format: 'otlp', contentType: 'application/json' } as const;
const timeUnixNano = `${NOW_SECONDS}000000000`;
const resource = (attributes: Readonly<Record<string, string>>, metrics: readonly string[] = ['m']) => ({
  resource: {
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  },
  scopeMetrics: [
    {
      metrics: metrics.map((name) => ({ name, gauge: { dataPoints: [{ timeUnixNano, asDouble: 1 }] } })),
    },
  ],
});

/** Attributes whose reads are counted. */
class CountedAttributes extends Map<string, string> {
  reads = 0;
  override get(key: string): string | undefined {
    this.reads++;
    return super.get(key);
  }
}
const counted = (count: number, value: string) =>
  new CountedAttributes(Array.from({ length: count }, (_, i) => [`key-${i}`, value]));

it('refuses an identity of more than ten attributes', () => {
  const query = { identity: Array.from({ length: 11 }, (_, i) => `a${i}`).join() };
  const rejection = rejectionOf({ resourceMetrics: [resource({ a0: 'x' })] }, { ...otlp, query });
  expect(rejection).toMatchObject({ code: 'invalid-content', errors: [{ field: 'query.identity' }] });
});

it('looks up a repeated attribute of the identity once', () => {
  const query = { identity: Array.from({ length: 4_000 }, () => 'a').join() };
  const { series } = decodeAs({ resourceMetrics: [resource({ a: 'web-1' })] }, { ...otlp, query });
  expect(series.map(({ targetId }) => targetId)).toEqual(['web-1']);
});

it('compares a large resource with a small one by the size of the small one', () => {
  const [large, small] = [counted(100_000, 'x'), counted(2, 'x')];
  expect(differenceOf(large, small)).toEqual(['key-2', 'key-3', 'key-4']);
  expect(differenceOf(small, large)).toEqual(['key-2', 'key-3', 'key-4']);
  expect(large.reads + small.reads).toBeLessThan(100);
});

it('compares two resources once, however many series they share', () => {
  const metrics = Array.from({ length: 2_000 }, (_, i) => `m${i}`);
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 'x']));
  const own = (target: string, pid: string) =>
    resource({ 'forestall.target': target, ...many, pid }, metrics);
  const shared = () => decodeAs({ resourceMetrics: [own('web-1', '1'), own('web-1', '2')] }, otlp);
  const apart = () => decodeAs({ resourceMetrics: [own('web-1', '1'), own('web-2', '2')] }, otlp);
  const { collisions, rejected } = shared();
  expect(collisions).toBe(2_000);
  expect(rejected.samples[0]?.message).toContain('differs in pid');
  // Comparing for each series would read 40 million attributes.
  expect(leastCpuMs(shared)).toBeLessThan(5 * leastCpuMs(apart));
});

it('cuts the names of attributes in its answer', () => {
  const resources = ['1', '2'].map((value) =>
    resource({ 'forestall.target': 'web-1', [`k${'x'.repeat(100_000)}`]: value }),
  );
  const { rejected } = decodeAs({ resourceMetrics: resources }, otlp);
  expect(JSON.stringify(rejected.samples).length).toBeLessThan(1_000);
});
