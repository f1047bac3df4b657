import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { detectSeries } from '../../../bench/anomalies/detect-series.ts';
import { textWidth } from '../../../cli/terminal/text-width.ts';
import { runCli, waveCsv } from './fake-terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'forestall-'));
const fileOf = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const wave = waveCsv(3 * 288);
const waveFile = fileOf('wave.csv', wave);
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const increasing = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= values[index - 1]!);

describe('forestall forecast', () => {
  it('--json prints one object with the documented fields', async () => {
    const { code, out, err } = await runCli(['forecast', waveFile, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [forecast, ...more] = jsonLines(out);
    expect(more).toEqual([]);
    expect(Object.keys(forecast)).toEqual([
      'series',
      'start',
      'step_seconds',
      'horizon',
      'quantiles',
      'model',
      'reason',
    ]);
    expect(forecast).toMatchObject({ start: '2026-01-04T00:00:00Z', step_seconds: 300, horizon: 96 });
    const levels = Object.keys(forecast.quantiles);
    expect(levels).toEqual(['0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9']);
    for (let step = 0; step < 96; step++) {
      const column = levels.map((level) => forecast.quantiles[level][step]);
      expect(column.every(Number.isFinite) && increasing(column)).toBe(true);
    }
  });

  it('forecasts the wave, not its mean', async () => {
    const { out } = await runCli(['forecast', waveFile, '--json']);
    const median: number[] = jsonLines(out)[0].quantiles['0.5'];
    const truth = median.map((_, i) => 50 + 20 * Math.sin((2 * Math.PI * i) / 288));
    const error = median.reduce((sum, value, i) => sum + Math.abs(value - truth[i]!), 0) / median.length;
    expect(error).toBeLessThan(3);
  });

  it('accepts a horizon, levels and stdin', async () => {
    const stdin = Readable.from([Buffer.from(wave)]);
    const { out } = await runCli(['forecast', '-', '--horizon', '5', '--quantiles', '0.9,0.05', '--json'], {
      stdin,
    });
    const { quantiles } = jsonLines(out)[0];
    expect(Object.keys(quantiles)).toEqual(['0.05', '0.9']);
    expect(quantiles['0.9'].length).toBe(5);
  });

  it('prints one line per series', async () => {
    const rows = wave
      .split('\n')
      .slice(1, -1)
      .flatMap((row) => [row.replace(',', ',b,'), row.replace(',', ',"a,c",')]);
    const file = fileOf('two.csv', `timestamp,series,value\n${rows.join('\n')}\n`);
    const { out } = await runCli(['forecast', file, '--json']);
    expect(jsonLines(out).map(({ series }) => series)).toEqual(['b', 'a,c']);
    const { out: text } = await runCli(['forecast', file], { columns: 60 });
    expect(text).toMatch(/^a,c +864 +5 min/m);
  });

  it('without --json shows a chart and a table that fit the terminal', async () => {
    const { code, out } = await runCli(['forecast', waveFile, '--quantiles', '0.25,0.75'], { columns: 50 });
    expect(code).toBe(0);
    expect(out).toContain('^ forecast');
    expect(out).toMatch(/time \(UTC\) +p25 +p75\n/);
    expect(out).toMatch(/^2026-01-04 07:55 +\d/m);
    const plain = out.split('\n').filter((line) => !line.startsWith('ensemble'));
    for (const line of plain) expect(textWidth(line)).toBeLessThanOrEqual(50);
  });

  it('shows fewer levels and shorter times on a narrow terminal', async () => {
    const { out: medium } = await runCli(['forecast', waveFile], { columns: 44 });
    expect(medium).toMatch(/^time \(UTC\) +p10 +p50 +p90$/m);
    const { out: narrow } = await runCli(['forecast', waveFile], { columns: 30 });
    expect(narrow).toMatch(/^UTC +p10 +p50 +p90$/m);
    expect(narrow).toMatch(/^07:55 /m);
  });

  it.each([
    ['percentages within 0 and 100', 'web_cpu_percent.csv', 100],
    ['ratios within 0 and 1', 'memory_ratio.csv', 1],
  ])('keeps %s', async (_, name, upper) => {
    const near = (whole: string) => Math.min(upper, ((Number(whole) + 35) * upper) / 100);
    const full = wave.replaceAll(/,(\d+)\.\d+/g, (_all, whole) => `,${near(whole)}`);
    const { out } = await runCli(['forecast', fileOf(name, full), '--json']);
    const { quantiles } = jsonLines(out)[0];
    for (const values of Object.values<number[]>(quantiles)) {
      expect(values.every((value) => value >= 0 && value <= upper)).toBe(true);
    }
  });

  it('reads a counter as its rate, by its column or by its name if its values only grow', async () => {
    const totals = (header: string, row: (at: number, total: number) => string) =>
      `${header}\n${Array.from({ length: 600 }, (_, i) => row(60 * i, (600 * i) % 200_000)).join('\n')}\n`;
    const medianOf = async (name: string, text: string) => {
      const { out } = await runCli(['forecast', fileOf(name, text), '--json', '--horizon', '1']);
      const [{ quantiles, reason }] = jsonLines(out);
      return { median: quantiles['0.5'][0], reason };
    };
    const column = totals(
      'timestamp,target,metric,value,kind',
      (at, total) => `${at},a,requests,${total},counter`,
    );
    expect((await medianOf('c.csv', column)).median).toBeCloseTo(10, 1);
    const named = totals('timestamp,target,metric,value', (at, total) => `${at},a,requests_total,${total}`);
    const byName = await medianOf('n.csv', named);
    expect(byName.median).toBeCloseTo(10, 1);
    expect(byName.reason).toMatch(/; rate per second of a counter$/);
    const wavy = wave
      .replaceAll(/^(20[^,]*),/gm, '$1,a,orders_total,')
      .replace('timestamp,value', 'timestamp,target,metric,value');
    expect((await medianOf('w.csv', wavy)).median).toBeGreaterThan(20);
  });

  it('names a series without values, forecasts the others and exits 2', async () => {
    const rows = wave
      .split('\n')
      .slice(1, -1)
      .map((row) => row.replace(',', ',good,'));
    const file = fileOf('bad.csv', `timestamp,series,value\n60,bad,\n${rows.join('\n')}\n`);
    const { code, out, err } = await runCli(['forecast', file, '--json']);
    expect(code).toBe(2);
    expect(jsonLines(out).map(({ series }) => series)).toEqual(['good']);
    expect(err).toContain('series "bad": the series has no usable value');
    expect(err).toContain('1 of 2 series could not be forecast');
  });

  it.each([
    [['--horizon', '0'], 'Expected a whole number from 1 to 10000.'],
    [['--horizon', 'many'], 'Expected a whole number from 1 to 10000.'],
    [['--quantiles', '0.5,1.5'], 'Expected numbers between 0 and 1, separated by commas.'],
    [['--quantiles', '0.5,,0.6'], 'Expected numbers between 0 and 1'],
    [['--nope'], "unknown option '--nope'"],
  ])('rejects %j with exit code 2', async (words, message) => {
    const { code, out, err } = await runCli(['forecast', waveFile, ...words]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});

describe('forestall detect', () => {
  const spiky = wave
    .split('\n')
    .map((row, index) => (index === 801 ? row.replace(/,.*/, ',400') : row))
    .join('\n');

  it("prints each point unchanged, with the detector's score and alert", async () => {
    const { code, out } = await runCli(['detect', fileOf('spiky.csv', spiky)]);
    expect(code).toBe(0);
    const [header, ...rows] = out.trimEnd().split('\n');
    expect(header).toBe('timestamp,value,score,alert');
    const input = spiky.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split(',').slice(0, 2).join(','))).toEqual(input);
    const times = input.map((row) => Date.parse(row.split(',')[0]!) / 1000);
    const values = input.map((row) => Number(row.split(',')[1]));
    const { scores, alerts } = detectSeries(times, values);
    expect(rows.map((row) => Number(row.split(',')[2]))).toEqual([...scores]);
    expect(rows.map((row) => row.split(',')[3] === '1')).toEqual(alerts);
    expect(alerts[800]).toBe(true);
  });

  it.each(['18446744073709551615', '4500', '-4500'])(
    'learns nothing from one glitch of %s',
    async (glitch) => {
      const glitched = wave.replace(/(\n2026-01-03T18:35:00[^,]*),[^\n]*/, `$1,${glitch}`);
      expect(glitched).not.toBe(wave);
      const alertsOf = async (csv: string) => {
        const { out } = await runCli(['detect', fileOf('glitched.csv', csv)]);
        return out.split('\n').filter((row) => row.endsWith(',1'));
      };
      const alerts = await alertsOf(glitched);
      expect(alerts).toHaveLength(1 + (await alertsOf(wave)).length);
      expect(alerts).toContainEqual(expect.stringContaining(`,${glitch},`));
    },
  );

  it('--precise and --light configure the detector', async () => {
    const input = spiky.trimEnd().split('\n').slice(1);
    const times = input.map((row) => Date.parse(row.split(',')[0]!) / 1000);
    const values = input.map((row) => Number(row.split(',')[1]));
    const { out } = await runCli(['detect', fileOf('spiky.csv', spiky), '--precise', '--light']);
    const expected = detectSeries(times, values, { variant: 'light', sensitivity: 'precise' });
    const rows = out.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => Number(row.split(',')[2]))).toEqual([...expected.scores]);
    expect([...expected.scores]).not.toEqual([...detectSeries(times, values).scores]);
  });

  it('--json prints one object per point, with kind and band on alerts', async () => {
    const { out } = await runCli(['detect', fileOf('spiky.csv', spiky), '--json']);
    const points = jsonLines(out);
    expect(points.length).toBe(864);
    expect(Object.keys(points[0])).toEqual(['timestamp', 'value', 'score', 'alert']);
    expect(points[800]).toMatchObject({ timestamp: '2026-01-03T18:40:00.000Z', value: 400, alert: true });
    expect(points[800].expected.upper).toBeLessThan(400);
  });

  it('detects per series and names the series', async () => {
    const rows = spiky.trimEnd().split('\n').slice(1);
    const both = rows.flatMap((row) => [row.replace(',', ',x,'), row.replace(',', ',"y,z",')]);
    const file = fileOf('both.csv', `timestamp,series,value\n${both.join('\n')}\n`);
    const { out } = await runCli(['detect', file]);
    const single = await runCli(['detect', fileOf('spiky.csv', spiky)]);
    const [header, ...lines] = out.trimEnd().split('\n');
    expect(header).toBe('timestamp,series,value,score,alert');
    const x = lines.filter((line) => line.includes(',x,')).map((line) => line.replace(',x,', ','));
    expect(x).toEqual(single.out.trimEnd().split('\n').slice(1));
    expect(lines.filter((line) => line.includes(',"y,z",')).length).toBe(rows.length);
  });

  it('passes gaps and epoch timestamps through', async () => {
    const stdin = Readable.from([Buffer.from('timestamp,value\n60,1\n120,\n180,2\n')]);
    expect((await runCli(['detect', '-'], { stdin })).out.split('\n')[2]).toBe('120,,0,0');
    const again = Readable.from([Buffer.from('timestamp,value\n60,1\n120,\n')]);
    expect(jsonLines((await runCli(['detect', '-', '--json'], { stdin: again })).out)[1]).toEqual({
      timestamp: 120,
      value: null,
      score: 0,
      alert: false,
    });
  });

  it('scores a counter by its rate, and a restart not at all', async () => {
    const rows = Array.from({ length: 900 }, (_, i) => {
      const total = i < 500 ? 600 * i : 600 * (i - 500);
      return `${300 * i},a,c,${i >= 850 ? total + 90_000 * (i - 849) : total},counter`;
    });
    const file = fileOf('counter.csv', `timestamp,target,metric,value,kind\n${rows.join('\n')}\n`);
    const { out } = await runCli(['detect', file]);
    const alerts = out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.endsWith(',1'));
    expect(alerts.slice(0, 850)).not.toContain(true);
    expect(alerts.slice(850)).toContain(true);
  });

  it('names the line of bad input and exits 2', async () => {
    const { code, err } = await runCli(['detect', fileOf('broken.csv', 'timestamp,value\n60,1\n120,x\n')]);
    expect(code).toBe(2);
    expect(err).toBe(
      'forestall: broken.csv line 3: found value "x", expected a finite number, or nothing if it is missing\n',
    );
  });
});

describe('forestall simulate', () => {
  const small = ['simulate', '--servers', '3', '--days', '2'];
  const hashOf = (path: string): string =>
    readdirSync(path)
      .sort((a, b) => (a < b ? -1 : 1))
      .reduce((hash, name) => hash.update(name).update(readFileSync(join(path, name))), createHash('sha256'))
      .digest('hex');

  it('writes the same bytes for the same options', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(directory, name));
    await runCli([...small, '--seed', '7', '--incidents', '2', '--out', a!]);
    await runCli([...small, '--seed', '7', '--incidents', '2', '--out', b!]);
    await runCli([...small, '--seed', '8', '--incidents', '2', '--out', c!]);
    expect(readdirSync(a!)).toEqual(['app-001.csv', 'database-001.csv', 'labels.json', 'web-001.csv']);
    expect(hashOf(a!)).toBe(hashOf(b!));
    expect(hashOf(a!)).not.toBe(hashOf(c!));
    const labels = JSON.parse(readFileSync(join(a!, 'labels.json'), 'utf8'));
    expect(labels.incidents.length).toBe(2);
    expect(labels.servers.map(({ id }: { id: string }) => id)).toContain(
      labels.incidents[0].rootCause.target,
    );
  });

  it('writes one CSV to stdout without --out, which forecast reads', async () => {
    const { out } = await runCli(['simulate', '--servers', '1', '--days', '1', '--step', '900']);
    expect(out.split('\n').length).toBe(96 * 6 + 2);
    const stdin = Readable.from([Buffer.from(out)]);
    const forecast = await runCli(['forecast', '-', '--json', '--horizon', '2'], { stdin });
    expect(jsonLines(forecast.out).map(({ series }) => series)).toContain('web-001/latency_ms');
  });

  it('prints a summary of the output', async () => {
    const out = join(directory, 'output');
    const { out: text } = await runCli([...small, '--out', out, '--json']);
    expect(JSON.parse(text)).toEqual({ directory: out, servers: 3, steps: 576, incidents: 0 });
  });

  it('accepts "now" as the end', async () => {
    const { out } = await runCli(['simulate', '--servers', '1', '--days', '0.1', '--end', 'now']);
    const last = Date.parse(out.trimEnd().split('\n').at(-1)!.split(',')[0]!);
    expect(Math.abs(Date.now() - last)).toBeLessThan(700_000);
  });

  it('names a directory that is not writable', async () => {
    const { code, err } = await runCli([...small, '--out', join(waveFile, 'below')]);
    expect(code).toBe(1);
    expect(err).toContain('cannot write to');
  });

  it('rejects an end that is not a time', async () => {
    const { code, err } = await runCli(['simulate', '--end', 'later']);
    expect(code).toBe(2);
    expect(err).toContain('Expected "now" or ISO 8601');
  });
});
