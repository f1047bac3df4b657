import { describe, expect, it } from 'vitest';
import type { AccessCount } from '../../../../core/platform/abuse/access-count.ts';
import type { TimeSpan } from '../../../../core/platform/abuse/ports.ts';
import { makeHandler } from '../../../../functions/platform/detect-abuse/handler.ts';
import { countAccess } from '../../../../functions/runtime/count-access.ts';
import { recordedTelemetry } from '../../../fakes/shared.ts';

const setup = (hour: readonly AccessCount[], incomplete: ReadonlyMap<string, number> = new Map()) => {
  const { telemetry, lines, counts: counted } = recordedTelemetry();
  const spans: TimeSpan[] = [];
  const read = async (span: TimeSpan) => {
    spans.push(span);
    return spans.length === 1 ? { counts: hour, incomplete } : { counts: [], incomplete: new Map() };
  };
  return { detect: makeHandler({ counts: { read }, telemetry }), lines, counted, spans };
};

const event = { scheduledAt: '2026-03-01T12:50:00Z' };
const iso = (at: number) => new Date(at).toISOString().slice(5, 16);

describe('the search for abuse', () => {
  it('compares an hour with the three hours before it, and with the same hour of the day and the week before', async () => {
    const { detect, spans, lines, counted } = setup([]);
    expect(await detect(event)).toEqual({ findings: [] });
    expect(spans.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['03-01T11:45', '03-01T12:45'],
      ['03-01T10:45', '03-01T11:45'],
      ['03-01T09:45', '03-01T10:45'],
      ['03-01T08:45', '03-01T09:45'],
      ['02-28T11:45', '02-28T12:45'],
      ['02-22T11:45', '02-22T12:45'],
    ]);
    expect([lines, counted]).toEqual([[], {}]);
  });

  it('logs and counts each finding', async () => {
    const { detect, lines, counted } = setup([
      { subject: 'network', network: '192.0.2.0/24', unauthorized: 150 },
      { subject: 'network', network: '198.51.100.0/24', unauthorized: 150 },
    ]);
    expect((await detect(event)).findings).toHaveLength(2);
    expect(counted).toEqual({ AbuseSuspected: 2 });
    expect(lines[0]).toMatchObject({
      ...{ level: 'error', message: 'abuse suspected' },
      fields: { kind: 'credential-guessing', subject: '192.0.2.0/24', count: 150, usual: 0 },
    });
  });

  it('reports a log group that holds more than is read: there may be more than is found', async () => {
    const { detect, counted } = setup([], new Map([['receive-metrics', 200]]));
    expect((await detect(event)).findings).toEqual([
      { kind: 'counts-incomplete', subject: 'receive-metrics', count: 200, usual: 0 },
    ]);
    expect(counted).toEqual({ AbuseSuspected: 1 });
  });

  it('reports that before it reads earlier hours, which may take more time than there is', async () => {
    const { telemetry, lines } = recordedTelemetry();
    const incomplete = new Map([['receive-metrics', 100]]);
    let reads = 0;
    const read = async () => {
      if (++reads > 1) throw new Error('out of time');
      return { counts: [], incomplete };
    };
    await expect(makeHandler({ counts: { read }, telemetry })(event)).rejects.toThrow('out of time');
    expect(lines).toMatchObject([{ level: 'error', fields: { kind: 'counts-incomplete' } }]);
  });

  it('needs a time', async () => {
    await expect(setup([]).detect({})).rejects.toThrow('scheduledAt');
  });
});

it('counts that are due are logged under the name that the search looks for', () => {
  const { telemetry, lines } = recordedTelemetry();
  const count = countAccess(telemetry);
  const caller = { tenantId: 'acme', keyId: 'k1', name: 'agent' };
  const access = { caller, sourceIp: '192.0.2.1', status: 200 };
  count({ ...access, at: 0 });
  count({ ...access, at: 60_000 });
  expect(lines).toMatchObject([
    { level: 'info', message: 'AccessCount', fields: { subject: 'key', tenantId: 'acme', requests: 2 } },
  ]);
});
