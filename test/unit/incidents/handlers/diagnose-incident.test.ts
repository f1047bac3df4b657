import { describe, expect, it } from 'vitest';
import { reportFromInputs } from '../../../../core/incidents/explaining/report-from-inputs.ts';
import { groupSignals } from '../../../../core/incidents/grouping/group-signals.ts';
import { Settings } from '../../../../core/platform/settings/settings.ts';
import { DependencyUnavailableError } from '../../../../core/shared/errors.ts';
import { type Deps, makeHandler } from '../../../../functions/incidents/diagnose-incident/handler.ts';
import { memoryBlocks, memoryRegistry, watched } from '../../../fakes/metrics.ts';
import { memorySettings } from '../../../fakes/platform.ts';
import { anomaly, delivered, groupingWorld, NOW, queued } from '../explaining/samples.ts';

const setup = async (more: Partial<Deps> = {}) => {
  const world = groupingWorld();
  await groupSignals(world.deps, 'acme', [anomaly('web-1')]);
  const { name, source, detail } = world.published[0]!;
  const registry = memoryRegistry([watched('web-1')]);
  const blocks = memoryBlocks({});
  const settings = memorySettings();
  const { telemetry, now } = world.deps;
  const diagnose = makeHandler({ ...world.stores, registry, blocks, settings, telemetry, now, ...more });
  return { ...world, detail, event: delivered(name, source, detail), diagnose };
};
const down = async () => {
  throw new DependencyUnavailableError('down');
};

describe('diagnose-incident', () => {
  it('diagnoses each incident of a batch once, and stores its causes', async () => {
    const { diagnose, event, all, stores, log } = await setup();
    expect(await diagnose(queued(event, event))).toEqual({ batchItemFailures: [] });
    expect(log.counts.IncidentExplained).toBe(1);
    expect(await stores.causes.get('acme', all()[0]!.incident.incidentId)).toMatchObject({
      incidentVersion: 1,
      diagnosedAt: NOW + 30,
    });
  });

  it.each([
    ['by its name, a fall of cpu_percent is no deviation', [], false],
    ["by the tenant's settings, it is", [{ metric: 'cpu_percent', measures: 'free' }], true],
    [
      'of another target, they do not count',
      [{ target: 'db-1', metric: 'cpu_percent', harm: 'fall' }],
      false,
    ],
  ] as const)('reads metrics as the tenant does: %s', async (_, readings, isFound) => {
    const points = Array.from({ length: 300 }, (_, i) => {
      const at = NOW - (290 - i) * 300;
      return [at, (at < NOW ? 80 : 2) + (i % 3)] as const;
    });
    const { diagnose, event, all, stores } = await setup({
      registry: memoryRegistry([watched('web-1', { metrics: { cpu_percent: { kind: 'gauge' } } })]),
      blocks: memoryBlocks({ 'acme web-1': { cpu_percent: points } }),
      settings: memorySettings({ acme: Settings.parse({ version: 1, readings }) }),
      now: () => (NOW + 600) * 1000,
    });
    await diagnose(queued(event));
    const report = await stores.causes.get('acme', all()[0]!.incident.incidentId);
    const evidence = report!.causes.flatMap((cause) => cause.evidence).join();
    expect(evidence.includes('cpu_percent deviated')).toBe(isFound);
  });

  it('records what the causes of an ongoing incident are computed from, and names it in the report', async () => {
    const { diagnose, event, all, stores, recorded, log } = await setup();
    await diagnose(queued(event));
    const { inputsHash, ...report } = (await stores.causes.get('acme', all()[0]!.incident.incidentId))!;
    expect([...recorded.keys()]).toEqual([`acme ${inputsHash}`]);
    expect(reportFromInputs(recorded.get(`acme ${inputsHash}`)!)).toEqual(report);
    expect(log.counts.DiagnosisNotRecorded).toBeUndefined();
  });

  it.each([
    ['S3 is down', new DependencyUnavailableError('down')],
    ['it may not be written', new Error('AccessDenied')],
  ])('stores causes without a record if %s, and asks for a retry that records them', async (_, error) => {
    let attempts = 0;
    const put = async () => {
      if (++attempts === 1) throw error;
      return 'hash';
    };
    const { diagnose, event, all, stores, log } = await setup({ record: { put } });
    const stored = async () => (await stores.causes.get('acme', all()[0]!.incident.incidentId))!;
    expect(await diagnose(queued(event))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }] });
    expect((await stored()).causes).not.toEqual([]);
    expect(await stored()).not.toHaveProperty('inputsHash');
    expect(log.counts).toMatchObject({ DiagnosisNotRecorded: 1, IncidentExplained: 1 });
    expect(await diagnose(queued(event))).toEqual({ batchItemFailures: [] });
    expect(await stored()).toHaveProperty('inputsHash', 'hash');
  });

  it('records nothing about an incident that is over', async () => {
    const world = await setup();
    const [stored] = world.all();
    const incident = { ...stored!.incident, status: 'resolved' as const };
    const incidents = { get: async () => ({ ...stored!, incident }) };
    const { diagnose, event, stores, recorded } = { ...world, ...(await setup({ incidents })) };
    await diagnose(queued(event));
    expect(await stores.causes.get('acme', incident.incidentId)).not.toHaveProperty('inputsHash');
    expect(recorded.size).toBe(0);
  });

  it('parks unreadable messages and acknowledges them', async () => {
    const { diagnose, event, parked, log } = await setup();
    expect(
      await diagnose(queued('x', event, '{}', { detail: { tenantId: 'A B', incidentId: 'i' } })),
    ).toEqual({
      batchItemFailures: [],
    });
    expect(parked).toEqual([
      { message: 'x', reason: 'the message is not JSON' },
      { message: '{}', reason: expect.stringContaining('incident event: ') },
      { message: expect.stringContaining('A B'), reason: expect.stringContaining('tenantId') },
    ]);
    expect(log.counts).toMatchObject({ MessageParked: 3, IncidentExplained: 1 });
  });

  it('requests redelivery of unreadable messages that could not be parked', async () => {
    const { diagnose, event } = await setup({ deadLetters: { park: down } });
    expect(await diagnose(queued(event, 'x'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
  });

  it('ignores an incident that no longer exists', async () => {
    const { diagnose, event, detail, log } = await setup();
    const gone = { ...event, detail: { ...detail, incidentId: 'gone' } };
    expect(await diagnose(queued(gone))).toEqual({ batchItemFailures: [] });
    expect(log.lines.at(-1)).toMatchObject({ level: 'info', fields: { incidentId: 'gone' } });
  });

  it('requests redelivery of all messages about an incident whose data cannot be read', async () => {
    const { diagnose, event, log, parked } = await setup({ blocks: { readRange: down } });
    expect(await diagnose(queued(event, event))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-0' }, { itemIdentifier: 'm-1' }],
    });
    expect(log.counts.DiagnosisFailed).toBe(1);
    expect(parked).toEqual([]);
  });

  it('rejects an event that is not from a queue', async () => {
    await expect((await setup()).diagnose({})).rejects.toThrow('not an SQS event');
  });
});
