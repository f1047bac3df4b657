/** Text from outside in a response never moves the cursor of the terminal. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanLine, cleanLines, jsonText } from '../../../cli/terminal/clean-text.ts';
import { paint } from '../../../cli/terminal/colour.ts';
import { startProgress } from '../../../cli/terminal/progress.ts';
import { textWidth } from '../../../cli/terminal/text-width.ts';
import { FakeApi } from './fake-api.ts';
import { fakeTerminal, runCli } from './fake-terminal.ts';

const HOSTILE = '\u001b[2J\u001b]0;pwned\u0007\r\n  forged line\u009b2J\u007f\u0000';
const at = '2026-01-02T03:04:05Z';

/** The response with the hostile text appended to every free text, or with spaces of the same length. */
const poisoned = (value: unknown, text: string): unknown => {
  if (Array.isArray(value)) return value.map((each) => poisoned(each, text));
  if (typeof value === 'string') return value.startsWith('~') ? value + text : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, poisoned(held, text)]));
};

const incident = {
  ...{ id: 'i-1', status: 'open', severity: 'critical', component: 'database', signals: 4, reopened: 1 },
  ...{ startedAt: at, lastAt: at, detectedAt: at, targets: ['~db-1'], members: [], changes: [] },
  responseTimes: { detect: 60, acknowledge: null, mitigate: null, resolve: null },
  timeline: [
    { at, kind: 'opened', text: '~latency is unusual', by: { kind: 'person' as const, name: '~someone' } },
  ],
};
const causes = {
  ...{ incident: 'i-1', status: 'found', method: 'excess-blame', harm: [{ target: '~db-1', share: 1 }] },
  items: [
    {
      ...{ target: '~db-1', score: 0.9, confidence: 0.93, band: 'high', evidence: ['~carried all'] },
      recommendation: '~consider rolling back',
    },
  ],
  limits: ['~no normal data'],
  similar: [{ incident: '~old', similarity: 0.9, cause: '~db-1', fixedBy: '~rolled back', confirmed: true }],
};
const assessment = {
  ...{ risk: 0.62, level: 'high', advice: ['~take a backup'], learntFrom: 3 },
  reasons: [{ feature: 'dataDestroyed', value: 1, text: '~1 store', names: ['~Orders'], contribution: 3.6 }],
};
const change = {
  ...{ id: 'deploy-41', target: '~web-1', kind: 'deployment', summary: '~version 41', at, recordedAt: at },
  ...{
    version: '~41',
    previousVersion: '~40',
    health: 'unhealthy',
    score: 12.4,
    risk: 0.62,
    riskLevel: 'high',
  },
  ...{ assessment, reason: '~the watch did not end' },
  checks: [
    {
      ...{ minutes: 5, until: at, checkedAt: at, score: 12, confidence: 0.7, judged: 1, sent: 3 },
      evidence: [{ text: '~latency', points: 87.6 }],
    },
  ],
  proposal: {
    ...{
      action: 'roll-back-deployment',
      target: '~web-1',
      from: '~41',
      to: '~40',
      confidence: 0.6,
      expiresAt: at,
    },
  },
};
const target = {
  ...{ id: '~web-1', profile: 'web', firstSeen: at, lastSeen: at },
  ...{ lagSeconds: 60, state: 'silent' },
  metrics: [{ name: '~cpu', kind: 'gauge', unit: '~%' }],
};
const breach = {
  ...{ target: '~web-1', metric: '~cpu', profile: 'web', probability: 0.83, severity: 'critical', risk: 0.9 },
  warningSince: at,
  ...{
    timeToImpactSeconds: { p10: 600, p50: 2700, p90: 7200 },
    expectedPeak: 97.2,
    reasons: [{ kind: 'recent-climb', share: 100, text: '~climbs' }],
    counterfactual: null,
    runId: 'r1',
    issuedAt: at,
  },
  threshold: { direction: 'above', limit: 90, source: 'fixed' },
};
const anomaly = {
  ...{
    target: '~web-1',
    metric: '~cpu',
    kind: 'behavioural',
    value: 97.2,
    score: 5.41,
    oneIn: 5248,
    active: true,
  },
  ...{ timestamp: at, since: at, parts: { seasonal: 3.7 }, reason: '~unusual', silenced: '~disks' },
};
const run = {
  ...{ id: 'r1', status: 'SUCCEEDED', trigger: 'api', startedAt: at, finishedAt: at, targets: 2, series: 4 },
  ...{ forecasts: 3, breaches: 1, failed: 1 },
  failures: [{ target: '~web-2', metric: '~disk', reason: '~holds no value' }],
};
const problem = {
  ...{ title: '~Conflict', detail: '~not now', code: 'conflict' },
  errors: [{ field: '~note', code: 'invalid', message: '~expected less' }],
};

/** The hostile text, or what it is shown as. */
let text = HOSTILE;
const answer =
  (body: unknown, status = 200) =>
  () => ({ status, body: poisoned(body, text) });
const api = new FakeApi({
  'GET /v1/incidents': answer({ items: [incident] }),
  'GET /v1/incidents/i-1': answer(incident),
  'GET /v1/incidents/i-1/causes': answer(causes),
  'POST /v1/incidents/i-1/transitions': answer(problem, 409),
  'GET /v1/changes': answer({ items: [change] }),
  'GET /v1/changes/deploy-41': answer(change),
  'POST /v1/changes': answer({ id: 'deploy-44', at, health: 'watching', assessment }, 202),
  'GET /v1/targets': answer({ items: [target] }),
  'GET /v1/breaches': answer({ items: [breach] }),
  'GET /v1/anomalies': answer({ items: [anomaly] }),
  'GET /v1/forecast-runs': answer({ items: [run] }),
  'GET /v1/forecast-runs/r1': answer(run),
});
let env: Record<string, string>;
beforeAll(async () => {
  env = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'fsk_k' };
});
afterAll(() => api.stop());

const COMMANDS = [
  ['incidents'],
  ['incidents', 'show', 'i-1'],
  ['incidents', 'ack', 'i-1'],
  ['changes'],
  ['changes', 'show', 'deploy-41'],
  ['changes', 'record', 'version 44', '--target', 'web-1', '--to', '44'],
  ['targets'],
  ['breaches'],
  ['anomalies'],
  ['runs', 'show', 'r1'],
] as const;

const run1 = async (words: readonly string[], hostile: string) => {
  text = hostile;
  return runCli(words, { env, columns: 400 });
};
const SHOWN = cleanLine(HOSTILE);

describe('responses with control characters', () => {
  it.each(COMMANDS.map((words) => [words.join(' '), words] as const))(
    'are shown clean by %s',
    async (_, words) => {
      const { code, out, err } = await run1(words, HOSTILE);
      const plain = await run1(words, SHOWN);
      expect(out + err).not.toMatch(/[^\P{Cc}\n]/u);
      expect(out + err, 'there is something to see').toContain('pwned');
      const squeezed = (shown: string) => shown.replace(/ +/g, ' ').replace(/-+/g, '-');
      expect({ code, out: squeezed(out), err: squeezed(err) }, 'not a line more').toEqual({
        code: plain.code,
        out: squeezed(plain.out),
        err: squeezed(plain.err),
      });
    },
  );

  it.each(
    COMMANDS.filter(([group, verb]) => verb === undefined || (verb === 'show' && group !== 'runs')).map(
      (words) => [[...words, '--json'].join(' '), words] as const,
    ),
  )('are escaped, not changed, by %s', async (_, words) => {
    const { out } = await run1([...words, '--json'], HOSTILE);
    expect(out).not.toMatch(/[^\P{Cc}\n]/u);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });

  it('are printed clean if the response is unexpected', async () => {
    const { err } = await run1(['incidents', 'show', 'i\u001b[2J-2'], HOSTILE);
    expect(err).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('cleanLine', () => {
  it('keeps our colours, but nothing that moves the cursor or hides text', () => {
    for (const colour of ['red', 'yellow', 'green', 'cyan', 'blue', 'gray', 'bold'] as const) {
      const painted = paint(true, colour, 'text');
      expect(cleanLine(painted)).toBe(styleText(colour, 'text', { validateStream: false }));
    }
    expect(cleanLine('\u001b[8mhidden\u001b[31;5mx\u001b[1A\u001b[31')).toBe(' [8mhidden [31;5mx [1A [31');
  });

  it('keeps no colour that others wrote, also within one of ours', () => {
    expect(cleanLine('\u001b[32mhealthy\u001b[39m')).toBe(' [32mhealthy [39m');
    const painted = cleanLine(paint(true, 'red', 'web\u001b[90m-1'));
    expect(painted).toBe(styleText('red', 'web [90m-1', { validateStream: false }));
    expect(textWidth(paint(true, 'red', 'web-1'))).toBe(5);
  });

  it.each([
    ['a mark of the reading order', 'a\u200fb\u200ec\u061cd', 'a b c d'],
    ['a space without width', 'admin\u200b\u2060\ufeff', 'admin   '],
    ['a soft hyphen', 'ex\u00adample', 'ex ample'],
    ['a filler that looks like nothing', '\u3164', ' '],
    ['tags', 'a\u{e0041}\u{e007f}', 'a  '],
  ])('shows %s as a space', (_, line, shown) => {
    expect(cleanLine(line)).toBe(shown);
    expect(JSON.parse(jsonText(line))).toBe(line);
    expect(jsonText(line)).toMatch(/^[ -~]+$/);
  });

  it.each(['نمی\u200cخواهم', '\u{1f469}\u200d\u{1f680}', '❤\ufe0f', '葛\u{e0100}'])(
    'keeps %s, which needs joiners or selectors',
    (line) => {
      expect(cleanLine(line)).toBe(line);
    },
  );

  it('leaves no control character in any text', () => {
    const unit = fc.oneof(
      fc.constantFrom('\u001b', '[', 'm', '3', '1', ';', '\n', '\r', '\u009b', '\u202e', '\u2066', '\u200f'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(unit).map((parts) => parts.join('')),
        (line) => {
          const shown = cleanLine(line);
          expect(shown).not.toMatch(/[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
          expect([...shown]).toHaveLength([...line].length);
          expect(cleanLine(shown)).toBe(shown);
          expect(cleanLines(line).split('\n').map(cleanLine)).toEqual(cleanLines(line).split('\n'));
        },
      ),
    );
  });
});

describe('jsonText', () => {
  it('is the same JSON in printable characters', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, other) => {
        const both = { value, other: `${other}\u0080\u009f\u007f\u2028\u202e\u2069` };
        expect(JSON.parse(jsonText(both))).toEqual(JSON.parse(JSON.stringify(both)));
        expect(jsonText(both)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('progress bars', () => {
  it('clean their label', () => {
    const terminal = fakeTerminal({ interactive: true });
    startProgress(terminal, 'a\u001b[5Ab', 10, () => 1e9).advance(1);
    expect(terminal.stderr.text.replaceAll('\r\u001b[2K', '')).toMatch(/^a \[5Ab/);
  });
});

describe('the sources of the CLI', () => {
  it('write to the terminal in cli/terminal alone, where text is cleaned', () => {
    const files = readdirSync('cli', { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.startsWith('terminal/'),
    );
    const writing = files.filter((file) =>
      /(stdout|stderr|tables)\.write\(|console\./.test(readFileSync(join('cli', file), 'utf8')),
    );
    const raw = files.filter(
      (file) =>
        /JSON\.stringify\(/.test(readFileSync(join('cli', file), 'utf8')) && file.startsWith('commands/'),
    );
    expect([writing, raw]).toEqual([
      [],
      [
        'commands/incidents/diagnose.ts',
        'commands/platform/copy-journal.ts',
        'commands/simulator/simulate.ts',
      ],
    ]);
  });
});
