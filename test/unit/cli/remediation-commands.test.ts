import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { presentActions } from '../../../core/remediation/api/actions.ts';
import { presentAutonomy } from '../../../core/remediation/api/present-policies.ts';
import {
  presentRemediation,
  presentRemediationDetail,
} from '../../../core/remediation/api/present-remediation.ts';
import { NO_RECORD } from '../../../core/remediation/track-record.ts';
import { askedRun, doneRun } from '../remediation/approval/asked-world.ts';
import { NOW, samplePolicy, sampleSwitch } from '../remediation/stored-samples.ts';
import { FakeApi } from './fake-api.ts';
import { runCli } from './fake-terminal.ts';

const run = askedRun();
const hash = run.planHash ?? '';
const answers: [path: string, body: unknown][] = [];
const answered = (verb: string) => (request: { readonly body: string }) => {
  answers.push([verb, JSON.parse(request.body)]);
  return { body: presentRemediationDetail(run) };
};
const CEILING = {
  ...{ maxStage: 'suggest' as const, actions: ['scale-out-group'] },
  ...{ maxUnitsPerRun: 1, maxActionsPerHour: 1 },
};
const recommended = {
  ...{ action: 'scale-out-group', resource: 'auto-scaling-group:web', parameters: {}, change: '5 → 6' },
  ...{ horizon: 'immediate', score: 0.7, confidence: 0.87, expectedSuccess: 0.8, risk: 'low' },
  ...{ reversibility: 'undo', minutes: { act: 5, settle: 10 }, why: ['cpu rises'], how: ['one more'] },
  ...{ cost: { usdPerHour: 0.04, usdOnce: 0, basis: 'x' }, planHash: hash },
};

const api = new FakeApi({
  'GET /v1/remediations': () => ({ body: { items: [presentRemediation(run)] } }),
  'GET /v1/remediations/r-1': () => ({ body: presentRemediationDetail(run) }),
  'GET /v1/remediations/r-2': () => ({
    body: presentRemediationDetail(doneRun({ plan: null, planHash: null })),
  }),
  'GET /v1/remediations/r-3': () => ({
    body: presentRemediationDetail({ ...doneRun(), undoRequest: { needed: 1, approvals: [] } }),
  }),
  'POST /v1/remediations/r-3/approve': answered('approve'),
  'POST /v1/remediations/r-1/approve': answered('approve'),
  'POST /v1/remediations/r-1/reject': answered('reject'),
  'POST /v1/remediations/r-1/undo': answered('undo'),
  'POST /v1/remediations': ({ body }) => {
    answers.push(['request', JSON.parse(body)]);
    return { status: 202, body: { id: 'r-9', dryRun: JSON.parse(body).dryRun } };
  },
  'GET /v1/recommendations': ({ query }) => ({
    body: { target: query.get('target'), problem: 'cpu', explanation: 'asks', items: [recommended] },
  }),
  'GET /v1/remediation-policy': () => ({ body: { version: 3, policy: samplePolicy } }),
  'PUT /v1/remediation-policy': ({ body }) => {
    answers.push(['policy', JSON.parse(body)]);
    return { body: { version: 4, policy: samplePolicy } };
  },
  'GET /v1/kill-switch': () => ({ body: { on: false } }),
  'PUT /v1/kill-switch': ({ body }) => {
    answers.push(['switch', JSON.parse(body)]);
    const { on, reason } = JSON.parse(body);
    return { body: { on, reason, by: 'ada', at: '2026-11-21T10:05:00Z' } };
  },
  'GET /v1/autonomy': () => ({
    body: presentAutonomy({ policy: samplePolicy, killSwitch: sampleSwitch, track: NO_RECORD }, CEILING, NOW),
  }),
  'GET /v1/actions': () => ({ body: presentActions(CEILING.actions) }),
});

let env: Record<string, string>;
let folder: string;
beforeAll(async () => {
  env = { FORESTALL_URL: await api.start(), FORESTALL_API_KEY: 'k' };
  folder = mkdtempSync(join(tmpdir(), 'forestall-remediation-'));
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => answers.splice(0));

const cli = (line: string, typed = '') =>
  runCli(line.split(' '), { env, stdin: Readable.from(typed === '' ? [] : [typed]) });
const fileWith = (content: unknown): string => {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
};

describe('forestall remediations', () => {
  it('lists and shows them with everything that an approval covers', async () => {
    expect((await cli('remediations --status awaiting-approval --target web-1')).out).toContain('r-1');
    expect(Object.fromEntries(api.seen.at(-1)!.query)).toMatchObject({
      ...{ status: 'awaiting-approval', target: 'web-1', limit: '20' },
    });
    const { out } = await cli('remediations show r-1');
    for (const part of ['desired capacity 5 → 6', 'No answer', hash, '{"add":1,"max":10}'])
      expect(out).toContain(part);
    expect(JSON.parse((await cli('remediations show r-1 --json')).out)).toMatchObject({ planHash: hash });
  });

  it.each(['approve', 'reject', 'undo'])(
    'shows the plan before it %ss, and waits for the word',
    async (verb) => {
      const { code, err, out } = await cli(`remediations ${verb} r-1 --reason fine`, `${verb}\n`);
      const question = verb === 'undo' ? {} : { question: 'plan' };
      expect([code, answers]).toEqual([0, [[verb, { planHash: hash, ...question, reason: 'fine' }]]]);
      for (const part of ['desired capacity 5 → 6', '{"add":1,"max":10}', hash]) expect(err).toContain(part);
      expect(out).toContain('awaiting-approval');
    },
  );

  it.each(['', 'yes\n', 'approv\n', 'reject\n'])('does nothing if %j is typed', async (typed) => {
    const { code, err } = await cli('remediations approve r-1', typed);
    expect([code, answers]).toEqual([2, []]);
    expect(err).toContain('nothing was done');
  });

  it('asks nothing if the plan is named, and refuses the name of another', async () => {
    expect((await cli(`remediations approve r-1 --plan ${hash.slice(0, 8)}`)).code).toBe(0);
    expect(answers).toHaveLength(1);
    for (const plan of [hash.slice(0, 7), '0'.repeat(64)])
      expect((await cli(`remediations approve r-1 --plan ${plan}`)).code).toBe(2);
    expect(answers).toHaveLength(1);
    expect((await cli('remediations approve r-2 --plan 12345678')).err).toContain('has no plan');
  });

  it('answers what it showed, and with --plan the plan unless the undoing is named', async () => {
    const line = `remediations approve r-3 --plan ${hash.slice(0, 8)}`;
    await cli('remediations approve r-3', 'approve\n');
    await cli(line);
    await cli(`${line} --question undo`);
    expect(answers.map(([, body]) => body)).toMatchObject([
      ...[{ question: 'undo' }, { question: 'plan' }, { question: 'undo' }],
    ]);
  });

  it('requests a rehearsal, and the action itself only with --act', async () => {
    const line = 'remediations request scale-out-group auto-scaling-group:web --reason test';
    expect((await cli(line)).out).toBe('rehearsal r-9 requested\n');
    expect((await cli(`${line} --act`)).out).toBe('remediation r-9 requested\n');
    expect(answers.map(([, body]) => body)).toMatchObject([
      { dryRun: true },
      { dryRun: false, reason: 'test' },
    ]);
  });
});

describe('forestall policy', () => {
  it('shows the policy, and stores it again with the version under which it was shown', async () => {
    const shown = JSON.parse((await cli('policy show')).out);
    expect(shown).toEqual({ version: 3, policy: samplePolicy });
    const { out } = await cli(`policy set ${fileWith(shown)}`);
    expect(out).toBe(
      'policy stored as version 4: 1 environment, 1 resource, 0 mapped alerts, 0 objectives\n',
    );
    expect(answers).toEqual([['policy', { version: 3, policy: samplePolicy }]]);
  });

  it('stores a file without a version in place of what is stored', async () => {
    await cli(`policy set ${fileWith(samplePolicy)} --json`);
    expect(answers).toEqual([['policy', { version: 3, policy: samplePolicy }]]);
  });

  it.each([
    ['unknown settings', { ...samplePolicy, all: true }, 'all'],
    [
      'unknown actions',
      { ...samplePolicy, resources: [{ ...samplePolicy.resources[0], actions: [{ action: 'do-magic' }] }] },
      'no action do-magic',
    ],
    ['something else', [1, 2], 'expected a policy'],
  ])('checks a file with %s without a deployment', async (_, content, message) => {
    const seen = api.seen.length;
    const { code, err } = await cli(`policy check ${fileWith(content)}`);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect((await cli(`policy set ${fileWith(content)}`)).code).toBe(2);
    expect(api.seen).toHaveLength(seen);
    expect((await cli(`policy check ${fileWith(samplePolicy)}`)).out).toContain('the policy is valid');
  });
});

describe('the kill switch, autonomy, actions and recommendations', () => {
  it('are shown, and the switch is set with a reason', async () => {
    expect((await cli('kill-switch')).out).toBe('the kill switch is off\n');
    expect((await cli('kill-switch on --reason migration')).out).toContain('on since 2026-11-21T10:05:00Z');
    expect((await cli('kill-switch off')).code).toBe(2);
    expect(answers).toEqual([['switch', { on: true, reason: 'migration' }]]);
    const autonomy = (await cli('autonomy')).out;
    for (const part of [
      'shop: suggest (policy approve, deployment suggest)',
      'scale-out-group',
      'kill switch is on',
    ])
      expect(autonomy).toContain(part);
    expect((await cli('actions')).out.split('\n').length).toBeGreaterThan(25);
    expect((await cli('actions scale-out-group')).out).toContain('Scale out an Auto Scaling group');
    expect((await cli('actions no-such-action')).code).toBe(2);
    const recommendations = await cli('recommendations web-1 --role viewer --skill new --preference careful');
    expect(recommendations.out).toContain('1. scale-out-group on auto-scaling-group:web: 5 → 6');
    expect(Object.fromEntries(api.seen.at(-1)!.query)).toEqual({
      ...{ target: 'web-1', role: 'viewer', skill: 'new', preference: 'careful' },
    });
  });
});
