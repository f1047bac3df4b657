import { describe, expect, it } from 'vitest';
import { ApprovalLink } from '../../../../core/remediation/api/requests.ts';
import { askedRun } from '../approval/asked-world.ts';
import { remediationApi } from './remediation-api.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const linkOf = async (api: Awaited<ReturnType<typeof remediationApi>>) =>
  ApprovalLink.parse((await api.send('ada', 'POST', '/v1/remediations/r-1/approval-link')).body).path;

describe('a link to a question', () => {
  it('is not made for a remediation that does not exist, or is of another tenant', async () => {
    const api = await remediationApi([askedRun()]);
    const ask = (who: string, id: string) => api.send(who, 'POST', `/v1/remediations/${id}/approval-link`);
    expect(await ask('ada', 'r-9')).toMatchObject({
      ...{ status: 404, body: { detail: 'There is no remediation r-9.' } },
    });
    expect((await ask('theirs', 'r-1')).status).toBe(404);
  });

  it('does not open for a plan that was replaced', async () => {
    const api = await remediationApi([askedRun()]);
    const link = await linkOf(api);
    const { item, revision } = api.memory.of('acme').remediations.get('r-1')!;
    const planHash = 'f'.repeat(64);
    const replaced = { ...item, planHash, approval: { ...item.approval!, planHash } };
    api.memory.of('acme').remediations.set('r-1', { item: replaced, revision });
    const opened = await api.raw('', 'GET', link);
    expect([opened.statusCode, opened.body]).toEqual([
      409,
      expect.stringContaining('the link is for another plan'),
    ]);
    const answer = await api.raw('', 'POST', link, { body: 'answer=approved&reason=', headers: FORM });
    expect([answer.statusCode, api.answered]).toEqual([409, []]);
  });

  it('takes no answer that is longer than a form can be, or no form', async () => {
    const api = await remediationApi([askedRun()]);
    const link = await linkOf(api);
    const long = await api.raw('', 'POST', link, {
      body: `answer=approved&reason=${'x'.repeat(5000)}`,
      headers: FORM,
    });
    expect(long.statusCode).toBe(413);
    const noForm = await api.raw('', 'POST', link, { body: 'answer=approved' });
    expect(noForm.statusCode).toBe(415);
    expect(api.answered).toEqual([]);
  });
});
