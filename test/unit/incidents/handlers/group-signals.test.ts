import { describe, expect, it } from 'vitest';
import {
  DependencyUnavailableError,
  InvalidInputError,
  UnreadableItemError,
} from '../../../../core/shared/errors.ts';
import { type Deps, makeHandler } from '../../../../functions/incidents/group-signals/handler.ts';
import { alarmDetail, anomalyOf, delivered, groupingWorld, queued } from '../explaining/samples.ts';

const setup = (more: Partial<Deps> = {}) => {
  const world = groupingWorld();
  return { ...world, group: makeHandler({ ...world.deps, ownTenant: 'acme', ...more }) };
};
const down = async () => {
  throw new DependencyUnavailableError('down');
};
const topicEvent = (...messages: readonly unknown[]) => ({
  Records: messages.map((message) => ({
    Sns: { Message: typeof message === 'string' ? message : JSON.stringify(message) },
  })),
});
const snsAlarm = {
  AlarmName: 'ServerCpuTooHigh',
  NewStateValue: 'ALARM',
  StateChangeTime: '2026-11-21T10:05:00.985+0000',
};

describe('messages of the queue', () => {
  it('are grouped by tenant; alarms belong to the owner of the account', async () => {
    const world = setup({ ownTenant: 'ours' });
    const alarm = delivered('CloudWatch Alarm State Change', 'aws.cloudwatch', alarmDetail());
    expect(await world.group(queued(anomalyOf('web-1'), alarm))).toEqual({ batchItemFailures: [] });
    expect(world.all().map(({ incident }) => incident.tenantId)).toEqual(['acme', 'ours']);
  });

  it.each([
    [['silence:acme:2026-11-21T10:00:00.000Z'], 1],
    [undefined, 3],
  ])('with the cause keys %j of their events become %d incidents', async (causeKeys, incidents) => {
    const world = setup();
    const silent = ['web-1', 'db-7', 'queue-3'].map((target) => {
      const { detail, ...event } = anomalyOf(target);
      return { ...event, detail: { ...detail, kind: 'missing', metric: 'all metrics', causeKeys } };
    });
    for (const message of silent) await world.group(queued(message));
    expect(world.all()).toHaveLength(incidents);
  });

  it('are parked with the reason and acknowledged if they are unreadable; the others are grouped', async () => {
    const { group, all, log, parked } = setup();
    const messages = queued('not json', anomalyOf('web-1'), { some: 'thing' }, { quietCheck: 'acme' });
    expect(await group(messages)).toEqual({ batchItemFailures: [] });
    expect(all()).toHaveLength(1);
    expect(parked).toEqual([
      { message: 'not json', reason: 'the message is not JSON' },
      { message: '{"some":"thing"}', reason: expect.stringContaining('signal: ') },
    ]);
    expect(log.counts).toMatchObject({ MessageParked: 2, IncidentOpened: 1 });
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'a message that cannot be processed was parked', fields: { messageId: 'm-0' } },
      { message: 'a message that cannot be processed was parked', fields: { messageId: 'm-2' } },
    ]);
  });

  it('are delivered again if they can be neither read nor parked', async () => {
    const { group, all, log } = setup({ deadLetters: { park: down } });
    expect(await group(queued('not json', anomalyOf('web-1')))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-0' }],
    });
    expect(all()).toHaveLength(1);
    expect(log.counts.MessageParked).toBeUndefined();
  });

  it('are delivered again if the store of their tenant is down; those of others are not', async () => {
    const world = groupingWorld();
    const { incidents } = world.stores;
    const readOpen: typeof incidents.readOpen = (tenantId) =>
      tenantId === 'acme' ? down() : incidents.readOpen(tenantId);
    const group = makeHandler({ ...world.deps, incidents: { ...incidents, readOpen }, ownTenant: 'ours' });
    const other = delivered('CloudWatch Alarm State Change', 'aws.cloudwatch', alarmDetail());
    expect(await group(queued(anomalyOf('a'), other, anomalyOf('b')))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-0' }, { itemIdentifier: 'm-2' }],
    });
    expect(world.all().map(({ incident }) => incident.tenantId)).toEqual(['ours']);
    expect(world.log.counts.GroupingFailed).toBe(1);
    expect(world.parked).toEqual([]);
  });

  it.each([
    ['parks', new InvalidInputError('the item is refused'), [], 1],
    ['parks', new RangeError('Invalid time value'), [], 1],
    ['asks again for', new UnreadableItemError('incident', 'it is damaged'), ['m-1'], 0],
  ])(
    'of one tenant are grouped without the one that fails: %s it after %s',
    async (_, error, failed, parkedCount) => {
      const world = groupingWorld();
      const { incidents } = world.stores;
      const write: typeof incidents.write = (...args) =>
        JSON.stringify(args).includes('poison') ? Promise.reject(error) : incidents.write(...args);
      const group = makeHandler({ ...world.deps, incidents: { ...incidents, write }, ownTenant: 'acme' });
      const messages = queued(anomalyOf('web-1'), anomalyOf('poison'), anomalyOf('web-2'));
      expect(await group(messages)).toEqual({
        batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })),
      });
      const members = world.all().flatMap(({ incident }) => JSON.stringify(incident));
      expect(members.join()).toMatch(/web-1.*web-2/);
      expect(world.parked).toHaveLength(parkedCount);
      for (const { message, reason } of world.parked) {
        expect(message).toBe(messages.Records[1]?.body);
        expect(reason).toBe(error.message);
      }
    },
  );

  it('are never parked if the failure is ours', async () => {
    const { group, parked } = setup({ graphs: { get: down } });
    expect((await group(queued(anomalyOf('a')))).batchItemFailures).toHaveLength(1);
    expect(parked).toEqual([]);
  });

  it('request a check for quiet incidents without any signal', async () => {
    const { group, all, setNow, published } = setup();
    await group(queued(anomalyOf('web-1')));
    const { lastAt } = all()[0]!.incident;
    setNow(lastAt + 86_400);
    await group(queued({ quietCheck: 'acme' }));
    expect(all()[0]!.incident.status).toBe('resolved');
    expect(published.map(({ name }) => name)).toEqual(['IncidentOpened', 'IncidentResolved']);
  });
});

describe('direct invocations', () => {
  it('bring the same alarm from its action and from a topic into one incident', async () => {
    const { group, all } = setup();
    expect(await group({ source: 'aws.cloudwatch', alarmData: alarmDetail() })).toEqual({
      batchItemFailures: [],
    });
    await group(topicEvent(snsAlarm));
    expect(all()).toHaveLength(1);
  });

  it('are parked if they are unreadable, record by record', async () => {
    const { group, all, parked, log } = setup();
    await group({ some: 'thing' });
    await group(topicEvent('hello', snsAlarm));
    await group(undefined);
    expect(parked.map(({ message }) => message)).toEqual(['{"some":"thing"}', 'hello', 'undefined']);
    expect(all()).toHaveLength(1);
    expect(log.counts.MessageParked).toBe(3);
  });

  it('throw if they cannot be parked or grouped, so that Lambda retries', async () => {
    const unparked = setup({ deadLetters: { park: down } });
    await expect(unparked.group({ some: 'thing' })).rejects.toThrow('down');
    await expect(unparked.group(topicEvent('hello'))).rejects.toThrow(DependencyUnavailableError);
    const { group } = setup({ graphs: { get: down } });
    await expect(group({ source: 'aws.cloudwatch', alarmData: alarmDetail() })).rejects.toThrow('down');
  });
});
