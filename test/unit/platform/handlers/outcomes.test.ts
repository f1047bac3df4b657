import { Metrics } from '@aws-lambda-powertools/metrics';
import { describe, expect, it, vi } from 'vitest';
import { MEASURED_OUTCOMES } from '../../../../core/shared/telemetry.ts';
import { Outcomes } from '../../../../functions/runtime/outcomes.ts';

/** The EMF lines and the outcomes for the log of one flush. */
const flushed = (count: (outcomes: Outcomes) => void) => {
  const lines: Record<string, unknown>[] = [];
  const outcomes = new Outcomes((serviceName = 'a-function') => {
    const metrics = new Metrics({
      namespace: 'Forestall',
      serviceName,
      defaultDimensions: { stage: 'prod' },
    });
    vi.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => {
      lines.push({ ...metrics.serializeMetrics() });
      metrics.clearMetrics();
      return metrics;
    });
    return metrics;
  });
  count(outcomes);
  return { logged: outcomes.flush(), lines, again: outcomes.flush() };
};

describe('outcomes of an invocation', () => {
  it('are metrics of the service that an alarm names, if an alarm reads them', () => {
    const { logged, lines } = flushed((outcomes) => {
      outcomes.add('DataRefused', 2);
      outcomes.add('ItemUnreadable', 1);
    });
    expect(logged).toBeUndefined();
    expect(lines).toEqual([
      expect.objectContaining({ DataRefused: 2, service: 'ingestion', stage: 'prod' }),
      expect.objectContaining({ ItemUnreadable: 1, service: 'a-function', stage: 'prod' }),
    ]);
  });

  it('are one line of the log if nothing reads them as metrics, since each metric costs $0.30 a month', () => {
    const { logged, lines, again } = flushed((outcomes) => {
      outcomes.add('PointsAccepted', 10);
      outcomes.add('PointsAccepted', 5);
      outcomes.add('PointsMissing', 0);
    });
    expect(lines).toEqual([]);
    expect(logged).toEqual({ PointsAccepted: 15 });
    expect(again).toBeUndefined();
  });

  it.each(Object.keys(MEASURED_OUTCOMES))('publish %s', (outcome) => {
    const { lines } = flushed((outcomes) => outcomes.add(outcome, 1));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toHaveProperty(outcome, 1);
  });
});
