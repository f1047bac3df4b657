import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import type { ForecastAnswer } from '../../../cli/api-client/answers.ts';
import type { ApiClient } from '../../../cli/api-client/api-client.ts';
import { ApiRequestError } from '../../../cli/api-client/api-error.ts';
import type { Terminal } from '../../../cli/terminal/terminal.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';
import { outlookChart, outlookTable, readOutlook } from '../../../local/fleet-report.ts';
import { residentBytes } from '../../../local/peak-memory.ts';
import { waitUntilDrained } from '../../../local/queue-drain.ts';
import { StageTimes } from '../../../local/stage-times.ts';
import { readStartOptions } from '../../../local/start-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'forestall-start-'));
const file = join(folder, 'a.csv');
writeFileSync(file, 'timestamp,value\n');

describe('options of npm start', () => {
  it('default to a simulated fleet that stays up', () => {
    expect(readStartOptions([])).toEqual({
      data: undefined,
      servers: 20,
      days: 14,
      seed: 1,
      once: false,
      state: undefined,
      picture: undefined,
      remediate: false,
      help: false,
    });
  });

  it('may ask for a remediation instead of a fleet', () => {
    expect(readStartOptions(['--remediate'])).toMatchObject({ remediate: true });
    const both = ['--remediate', '--picture', 'x.svg'];
    expect(() => readStartOptions(both)).toThrow('--remediate shows servers of its own: leave out --picture');
  });

  it.each([
    [['--servers', '0'], '--servers: found "0", expected a whole number from 1 to 10000'],
    [['--days', 'many'], '--days: found "many", expected a whole number from 1 to 30'],
    [['--data', join(folder, 'none')], `--data: folder ${join(folder, 'none')} does not exist`],
    [['--data', file], `--data: ${file} is a file; expected a folder`],
    [['--sevrers', '3'], 'Usage: npm start'],
  ])('rejects %j and reports what was found and expected', (args, message) => {
    expect(() => readStartOptions(args)).toThrow(InvalidInputError);
    expect(() => readStartOptions(args)).toThrow(message);
  });
});

describe('stages', () => {
  it('print their progress and duration', async () => {
    const out = new PassThrough();
    let clock = 0;
    const stages = new StageTimes(out, () => clock);
    const result = await stages.run('Deploy', async (say) => {
      say('half way');
      clock += 1500;
      return 7;
    });
    expect(result).toBe(7);
    expect(stages.times).toEqual([{ name: 'Deploy', seconds: 1.5 }]);
    expect(stages.totalSeconds).toBe(1.5);
    expect(String(out.read())).toBe('▸ Deploy\n    half way\n  done in 1.5 s\n');
  });

  it('name themselves when they fail and keep the cause', async () => {
    const cause = new Error('disk full');
    const failing = new StageTimes(new PassThrough()).run('Store', () => Promise.reject(cause));
    await expect(failing).rejects.toMatchObject({ message: 'Store: disk full', cause });
  });
});

describe('memory of the emulator', () => {
  it('is that of its whole process group', () => {
    expect(residentBytes('  10   100\n 11 5000\n 10  24\n', 10)).toBe(124 * 1024);
  });
});

describe('waiting for the queue', () => {
  it('ends when every queue but the dead-letter ones has stayed empty', async () => {
    const sqs = mockClient(SQSClient);
    sqs.on(ListQueuesCommand).resolves({ QueueUrls: ['https://q/ingest', 'https://q/ingest-DeadLetter'] });
    const attributes = (visible: number, taken: number) => ({
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(taken),
      },
    });
    const depths = [attributes(3, 1), attributes(0, 1), attributes(0, 0), attributes(0, 0)];
    sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => {
      expect(QueueUrl).toBe('https://q/ingest');
      return depths.shift();
    });
    await waitUntilDrained(new SQSClient({ region: 'us-east-1' }), () => {});
    expect(depths).toEqual([]);
  });
});

const terminal = { columns: 120, colour: false, unicode: false } as Terminal;

const forecastOf = (target: string, metric: string, probability: number | null): ForecastAnswer => ({
  target,
  metric,
  runId: 'r',
  issuedAt: '2026-11-21T10:00:00Z',
  start: '2026-11-21T10:00:00Z',
  stepSeconds: 300,
  horizon: 96,
  quantiles: Object.fromEntries(
    ['0.1', '0.5', '0.9'].map((level) => [level, Array(96).fill(Number(level) * 100)]),
  ),
  mean: Array(96).fill(50),
  model: 'm',
  reason: 'r',
  warnings: [],
  threshold: probability === null ? null : { direction: 'above', limit: 80, source: 'fixed' },
  breach:
    probability === null
      ? null
      : {
          probability,
          timeToImpactSeconds: { p10: 600, p50: 5400, p90: 9000 },
          expectedShareBeyond: 0.1,
          severity: 'warning',
        },
});

const client = {
  async *targets() {
    for (const id of ['calm', 'new', 'risky', 'unseen']) yield { id, profile: 'web', metrics: [] };
  },
  forecasts: async (target: string) => {
    if (target === 'unseen') throw new ApiRequestError('no forecast', 404);
    if (target === 'new') return [forecastOf(target, 'requests', null)];
    return [forecastOf(target, 'cpu', 0.01), forecastOf(target, 'memory', target === 'risky' ? 0.9 : 0.001)];
  },
  series: async () => ({
    target: 'risky',
    metric: 'memory',
    kind: 'gauge',
    points: Array.from({ length: 50 }, (_, i) => [1_795_250_000 + i * 300, 60 + (i % 5)]),
  }),
} as unknown as ApiClient;

describe('the report', () => {
  it('puts the likeliest breach first and shows targets that have none yet', async () => {
    const outlook = await readOutlook(client);
    expect(outlook.map(({ target, worst }) => [target, worst?.metric])).toEqual([
      ['risky', 'memory'],
      ['calm', 'cpu'],
      ['new', 'requests'],
      ['unseen', undefined],
    ]);
    const [, , risky, calm, fresh, unseen] = outlookTable(outlook, terminal);
    expect(risky?.split(/\s{2,}/)).toEqual(['risky', 'memory', '> 80', '90%', 'in 1 h 30 min', '50', '90']);
    expect(calm?.split(/\s{2,}/)).toEqual(['calm', 'cpu', '> 80', '1%', 'in 1 h 30 min', '50', '90']);
    expect(fresh?.split(/\s{2,}/)).toEqual(['new', 'requests', 'learning', '-', '-', '50', '90']);
    expect(unseen?.split(/\s{2,}/)).toEqual(['unseen', '-', '-', '-', '-', '-', '-']);
  });

  it('charts history, forecast and limit', async () => {
    const lines = await outlookChart(client, forecastOf('risky', 'memory', 0.9), terminal);
    expect(lines[0]).toBe('risky · memory: 90% to go above 80, in 1 h 30 min');
    expect(lines.at(-1)).toContain('limit 80');
    expect(lines.join('\n')).toContain('^ forecast');
  });
});
