import { expect, inject, it } from 'vitest';
import { peerScenario } from './peer-scenario.ts';

it('a target that departs from its peers is one anomaly of kind correlation, for any number of comparisons', async () => {
  const { planned, anomalies, events, leftAt, milliseconds } = await peerScenario(inject('session'));
  expect(planned).toEqual({ tenants: 1, groups: 1 });
  const ofPeers = anomalies.filter(({ reason }) => reason.includes('departed from its 6 peers'));
  expect(ofPeers).toHaveLength(1);
  const [anomaly] = ofPeers;
  expect(anomaly).toMatchObject({ target: 'web-3', metric: 'cpu_percent', kind: 'correlation' });
  expect(anomaly!.value).toBeGreaterThan(anomaly!.expected!.upper);
  expect(Date.parse(anomaly!.timestamp) / 1000 - leftAt).toBeLessThan(1200);
  const announced = events.filter(({ reason }) => reason === anomaly!.reason);
  expect(announced).toHaveLength(1);
  process.stdout.write(`a departure was readable ${milliseconds} ms after its comparison was asked for\n`);
});
