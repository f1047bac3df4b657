import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../core/remediation/notice.ts';
import { makeHandler } from '../../../../functions/remediation/tell-people/handler.ts';

const detail = {
  ...{ id: 'id', tenantId: 'acme', occurredAt: '2026-11-21T10:06:10.000Z', remediationId: 'r1' },
  ...{ environment: 'prod', action: 'restart-service', resource: 'ecs-service:shop/web' },
  ...{ effect: 'restarts', risk: 'low', change: 'tasks are replaced', planHash: 'h', confidence: 0.9 },
  reason: 'the service is unstable',
};

const worldOf = (fails = false) => {
  const told: Notice[] = [];
  const tell = async (notice: Notice) => {
    if (fails) throw new Error('the topic does not exist');
    told.push(notice);
  };
  return { handler: makeHandler({ people: { tell } }), told };
};

describe('the function that tells people', () => {
  it('tells them of an event that needs them', async () => {
    const { handler, told } = worldOf();
    const answer = await handler({ 'detail-type': 'RemediationEscalated', detail });
    expect(told).toHaveLength(1);
    expect(told[0]?.text).toContain('the service is unstable');
    expect(answer).toEqual({ told: told[0]?.subject });
  });

  it.each([
    ['another event', { 'detail-type': 'RemediationVerified', detail }],
    ['an event without its fields', { 'detail-type': 'RemediationEscalated', detail: { id: 'x' } }],
    ['no event', null],
  ])('refuses %s, so that it is kept with the dead letters', async (_, event) => {
    const { handler, told } = worldOf();
    await expect(handler(event)).rejects.toMatchObject({ name: 'InvalidInputError' });
    expect(told).toEqual([]);
  });

  it('fails if nobody could be told, so that it is tried again', async () => {
    const event = { 'detail-type': 'RemediationEscalated', detail };
    await expect(worldOf(true).handler(event)).rejects.toThrow('the topic does not exist');
  });
});
