import { describe, expect, inject, it } from 'vitest';
import { anomalyScenario } from './anomaly-scenario.ts';

describe('an unusual value', () => {
  it('becomes an anomaly in the API and an event on the bus, silenced under maintenance', async () => {
    const { anomalies, events, baseline, spikeAt, milliseconds } = await anomalyScenario(inject('session'));
    const timestamp = new Date(spikeAt * 1000).toISOString();
    const spikes = anomalies.filter(({ value }) => value === 400);
    expect(spikes.map(({ target }) => target).sort()).toEqual(['loud', 'quiet']);
    for (const spike of spikes) {
      expect(spike).toMatchObject({ metric: 'cpu_percent', timestamp });
      expect(spike.expected!.upper).toBeLessThan(100);
    }
    expect(spikes.map(({ silenced }) => silenced).sort()).toEqual(['moving racks', undefined]);
    expect(events).toMatchObject([{ targetId: 'loud', metric: 'cpu_percent', timestamp, value: 400 }]);
    expect(baseline).toMatchObject({ mode: 'full', calibrated: true });
    expect(baseline?.timeOfDay).toHaveLength(48);
    process.stdout.write(`anomaly readable ${milliseconds} ms after its point was sent\n`);
  });
});
