import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiClient } from '../../cli/api-client/api-client.ts';
import { INCIDENT_POLICY } from '../../core/incidents/incident-policy.ts';
import { invokeAsAction, publishAlarm } from './alarm-ways.ts';
import {
  alarmEvent,
  deliver,
  type IncidentScenario,
  incidentScenario,
  ownIncident,
  queuesForEvent,
} from './incident-scenario.ts';
import { drained, useSession } from './pipeline-client.ts';

const session = inject('session');
beforeAll(() => useSession(session));

describe('a failing database', () => {
  let scenario: IncidentScenario;
  beforeAll(async () => {
    scenario = await incidentScenario(session);
  });

  it('is one incident, with the deployment that came before it', () => {
    const { incident, incidents, fault, milliseconds } = scenario;
    const affected = fault.affected.map(({ target }) => target);
    expect(incident.targets.length).toBeGreaterThan(1);
    expect(affected).toEqual(expect.arrayContaining(incident.targets));
    // Signals that begin longer after the others ended than the policy's window open an incident of their own. Which of
    // the fault's victims deviate that late depends on the time of day of the run.
    const isOfFault = (at: string) =>
      Date.parse(at) - Date.parse(incident.startedAt) <= INCIDENT_POLICY.windowSeconds * 1000;
    const touching = incidents.filter(
      ({ targets, startedAt }) => isOfFault(startedAt) && targets.some((target) => affected.includes(target)),
    );
    expect(touching.map(({ id }) => id)).toEqual([incident.id]);
    expect(incident.changes).toMatchObject([
      { target: fault.rootCause.target, summary: 'version 41 deployed' },
    ]);
    expect(incident.timeline.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['opened', 'change']));
    process.stdout.write(`cause readable ${milliseconds} ms after the fault's points were sent\n`);
  });

  it('is named as the cause, with evidence', () => {
    const { causes, fault } = scenario;
    expect(causes.status).toBe('found');
    expect(causes.items[0]?.target).toBe(fault.rootCause.target);
    expect(causes.items[0]?.evidence.length).toBeGreaterThan(1);
    expect(causes.graphVersion).toBeDefined();
  });

  it('is open while a deployment is checked', async () => {
    const { client, fault } = scenario;
    // Deployed long enough ago that the checks are due at once.
    const at = String(Math.floor(Date.now() / 1000) - 65 * 60);
    const { target } = fault.rootCause;
    const { id } = await client.recordChange({ target, summary: 'version 2', kind: 'deployment', at });
    await expect
      .poll(async () => (await client.change(id)).checks.length, { timeout: 120_000, interval: 500 })
      .toBeGreaterThan(0);
  });

  it('is announced and passes through its life cycle', async () => {
    const { client, incident, events, fault } = scenario;
    await client.transitionIncident(incident.id, 'acknowledged');
    await client.transitionIncident(incident.id, 'resolved', 'rolled back to version 40');
    await expect(client.transitionIncident(incident.id, 'mitigated')).rejects.toMatchObject({ status: 409 });
    const resolved = await client.incident(incident.id);
    expect(resolved).toMatchObject({ status: 'resolved', reopened: 0 });
    expect(resolved.responseTimes.resolve).toBeGreaterThan(0);
    // Without another ongoing incident, the reopened one needs a quiet check of its own, which the command requests.
    for await (const { id, status } of client.incidents())
      if (['open', 'acknowledged', 'mitigated'].includes(status))
        await client.transitionIncident(id, 'resolved');
    await client.transitionIncident(incident.id, 'open', 'the errors are back');
    expect(await client.incident(incident.id)).toMatchObject({ reopened: 1 });
    await client.transitionIncident(incident.id, 'resolved');
    await client.transitionIncident(incident.id, 'reviewed', undefined, {
      cause: fault.rootCause.target,
      fix: 'the index of version 40',
    });
    const reviewed = await client.incident(incident.id);
    expect(JSON.stringify(reviewed.timeline)).toContain('the index of version 40');
    const names = (await events()).map((event) => event['detail-type']);
    expect(names).toEqual(expect.arrayContaining(['IncidentOpened', 'IncidentUpdated', 'IncidentResolved']));
  });
});

describe('a CloudWatch alarm', () => {
  it('matches a deployed rule, opens an incident of the own tenant and reports its end', async () => {
    const at = Math.floor(Date.now() / 1000);
    // The signals of incidents, and the causes of remediations.
    expect(await queuesForEvent(alarmEvent('ALARM', at))).toHaveLength(2);
    expect(await queuesForEvent({ ...alarmEvent('ALARM', at), source: 'aws.ec2' })).toEqual([]);
    await deliver(alarmEvent('ALARM', at));
    const opened = await ownIncident(session, ({ targets }) => targets.includes('basket'));
    expect(opened).toMatchObject({ status: 'open', signals: 1 });
    await deliver(alarmEvent('OK', at + 60));
    const cleared = await ownIncident(session, ({ lastAt }) => Date.parse(lastAt) === (at + 60) * 1000);
    expect(cleared?.id).toBe(opened?.id);
  });

  it('may be published to the topic, and counts once if it also arrives through the rule', async () => {
    const at = Math.floor(Date.now() / 1000);
    await publishAlarm(session, 'Billing errors', 'billing', at);
    const opened = await ownIncident(session, ({ targets }) => targets.includes('billing'));
    expect(opened).toMatchObject({ status: 'open', signals: 1 });
    await deliver(alarmEvent('ALARM', at, 'Billing errors', 'billing'));
    await drained();
    const own = new ApiClient({ url: session.url, apiKey: session.apiKey });
    const { members } = await own.incident(opened?.id ?? '');
    expect(members).toMatchObject([{ kind: 'alarm', target: 'billing', count: 1, active: true }]);
  });

  it('may have the grouping function as its action', async () => {
    await invokeAsAction(session, 'Search errors', 'search', Math.floor(Date.now() / 1000));
    const opened = await ownIncident(session, ({ targets }) => targets.includes('search'));
    expect(opened).toMatchObject({ status: 'open', signals: 1 });
  });
});
