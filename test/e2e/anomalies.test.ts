import { describe, expect, inject, it } from 'vitest';
import { anomalyScenario } from './anomaly-scenario.ts';

describe('an unusual value', () => {
  it('becomes an anomaly in the API and an event on the bus, silenced during maintenance, until it ends', async () => {
    const scenario = await anomalyScenario(inject('session'));
    const { anomalies, events, baseline, spikeAt, milliseconds, afterwards, endings } = scenario;
    const timestamp = new Date(spikeAt * 1000).toISOString();
    const spikes = anomalies.filter(({ value }) => value === 400);
    expect(spikes.map(({ target }) => target).sort()).toEqual(['loud', 'quiet']);
    for (const spike of spikes) {
      expect(spike).toMatchObject({ metric: 'cpu_percent', timestamp });
      expect(spike.expected!.upper).toBeLessThan(100);
    }
    expect(spikes.map(({ silenced }) => silenced).sort()).toEqual(['moving racks', undefined]);
    expect(events).toMatchObject([{ targetId: 'loud', metric: 'cpu_percent', timestamp, value: 400 }]);
    expect(spikes.map(({ active }) => active)).toEqual([true, true]);
    const ended = afterwards.filter(({ value }) => value === 400);
    expect(ended.map(({ active }) => active)).toEqual([false, false]);
    const endedAt = ended.find(({ target }) => target === 'loud')?.endedAt;
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(spikeAt * 1000);
    const loud = endings.filter((detail) => detail.timestamp === timestamp);
    expect(loud).toMatchObject([{ targetId: 'loud', metric: 'cpu_percent', timestamp, endedAt }]);
    expect(baseline).toMatchObject({ mode: 'full', calibrated: true });
    expect(baseline?.timeOfDay).toHaveLength(48);
    process.stdout.write(`anomaly readable ${milliseconds} ms after its point was sent\n`);
  });
});
