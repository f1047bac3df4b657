/** The page of a signed link in a real browser, on a phone and on a desk. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planHash, type RemediationPlan } from '../../core/remediation/plan.ts';
import { askedRun } from '../unit/remediation/approval/asked-world.ts';
import { remediationApi } from '../unit/remediation/handlers/remediation-api.ts';
import { samplePlan } from '../unit/remediation/stored-samples.ts';
import { type Browser, type BrowserPage, type Screen, startBrowser } from './browser.ts';
import { findChromium } from './real-chromium.ts';

const SCREENS = {
  phone: { width: 390, height: 844, mobile: true },
  desk: { width: 1280, height: 800, mobile: false },
} as const satisfies Readonly<Record<string, Screen>>;

const program = findChromium();
let browser: Browser | undefined;
beforeAll(async () => {
  if (program !== undefined) browser = await startBrowser(program);
});
afterAll(() => browser?.stop());

type Api = Awaited<ReturnType<typeof remediationApi>>;

/** Passes requests to the function as the gateway does. */
const gateway = (api: Api): Server =>
  createServer(async (request, response) => {
    const { accept = '', 'content-type': type = '' } = request.headers;
    const headers = { accept, 'content-type': type };
    const body = await text(request);
    const answer = await api.raw('', request.method ?? '', request.url ?? '', { body, headers });
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });

interface Opened {
  readonly api: Api;
  readonly page: BrowserPage;
  readonly close: () => void;
}

/** The page that a person gets who follows the link of a question. */
const opened = async (screen: Screen, over: Partial<RemediationPlan> = {}): Promise<Opened> => {
  const plan = samplePlan(over);
  const run = askedRun({ plan, planHash: planHash(plan) });
  const api = await remediationApi([run]);
  const { body } = await api.send('ada', 'POST', `/v1/remediations/${run.remediationId}/approval-link`);
  const server = gateway(api);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser!.page(screen);
  await page.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}${body.path}`);
  return { api, page, close: () => server.closeAllConnections() };
};

const fitsInWidth = (page: BrowserPage) =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

/** Text of each fact that is whole on the screen, by its label. */
const visibleFacts = async (page: BrowserPage) =>
  page.evaluate(`Object.fromEntries([...document.querySelectorAll('tr')].filter((row) => {
    const { top, bottom, left, right } = row.getBoundingClientRect();
    return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth && bottom > top;
  }).map((row) => [row.querySelector('th').textContent, row.querySelector('td').textContent]))`);

describe.skipIf(program === undefined)('the page of a question', () => {
  it.each(Object.entries(SCREENS))(
    'says everything that matters on one screen of a %s',
    async (_, screen) => {
      const evidence = [
        'cpu_percent of web-1 is predicted to cross 95 in 6 hours, with a probability of 87 %',
        'it was between 40 and 60 at this time of the last four weeks',
        'the deployment 41 of web was made 20 minutes before',
      ];
      const { page, close } = await opened(screen, { problem: { ...samplePlan().problem, evidence } });
      expect(await page.evaluate('innerWidth')).toBe(screen.width);
      expect(await visibleFacts(page)).toMatchObject({
        What: 'desired capacity 5 → 6: Scale out an Auto Scaling group',
        Why: expect.stringContaining('the deployment 41 of web'),
        'How sure': '87 % that the problem exists or comes; 80 % that this ends it',
        Touches: '1 unit of auto-scaling-group:web, nothing else',
        Undo: expect.stringContaining('can be undone'),
        'No answer': expect.stringContaining('nothing is changed'),
      });
      expect(await fitsInWidth(page)).toBe(true);
      close();
    },
  );

  it.each(Object.entries(SCREENS))('shows hostile texts as text, none wider than a %s', async (_, screen) => {
    const hostile = [
      '<script>document.title = "ran"</script>',
      '<img src=x onerror="document.title = \'ran\'">',
      '<style>td { display: none }</style>',
    ];
    const evidence = [...hostile, 'W'.repeat(3000), 'two  spaces'];
    const { page, close } = await opened(screen, {
      problem: { ...samplePlan().problem, evidence },
      parameters: { add: 1, max: 10, script: 'x'.repeat(2000) },
    });
    const shown = String(await page.evaluate('document.body.innerText'));
    for (const line of hostile) expect(shown).toContain(line);
    expect(shown.replaceAll('\u00a0', ' ')).toContain('two  spaces');
    expect(await page.evaluate('[document.title, document.scripts.length, document.images.length]')).toEqual([
      ...['Approve this change?', 0, 0],
    ]);
    expect(await fitsInWidth(page)).toBe(true);
    close();
  });

  it.each([
    ['Approve', 'approved'],
    ['Reject', 'rejected'],
  ] as const)('takes the answer "%s" with its reason', async (label, answer) => {
    const { api, page, close } = await opened(SCREENS.phone);
    await page.evaluate(`document.querySelector('input[name=reason]').value = 'too much & too late'`);
    await page.evaluate(
      `[...document.querySelectorAll('button')].find((button) => button.textContent === '${label}').click()`,
    );
    await expect
      .poll(() => page.evaluate('document.title'), { timeout: 20_000 })
      .toBe('Your answer is recorded');
    expect(await fitsInWidth(page)).toBe(true);
    expect(api.answered).toEqual([answer]);
    const decided = await api.send('key', 'GET', '/v1/decisions');
    expect(decided.body.items.at(-1)).toMatchObject({
      ...{ kind: answer, by: { kind: 'person', name: 'ada' }, outcome: { reason: 'too much & too late' } },
    });
    close();
  });
});
