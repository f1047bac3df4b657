import { describe, expect, it } from 'vitest';
import { CHECKS, examine, needsAction } from '../../../../core/platform/doctor/examine.ts';
import { type Deployment, MissingPermissionError } from '../../../../core/platform/doctor/ports.ts';
import { soundDeployment } from '../../../fakes/deployment.ts';

const statusesOf = async (changes: Partial<Deployment>, isLocal = false) => {
  const results = await examine({ ...soundDeployment, ...changes }, isLocal);
  return { results, by: new Map(results.map(({ check, status }) => [check, status])) };
};

describe('examining a deployment', () => {
  it('makes every check once, and a sound deployment needs nothing', async () => {
    const { results } = await statusesOf({});
    expect(results.map(({ check }) => check)).toEqual(CHECKS.map(({ name }) => name));
    expect(new Set(results.map(({ check }) => check)).size).toBe(CHECKS.length);
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(needsAction(results)).toBe(false);
  });

  it.each(Object.keys(soundDeployment) as (keyof Deployment)[])(
    'a denied read of %s leaves the other checks alone, and names the permission',
    async (read) => {
      const denied = () => Promise.reject(new MissingPermissionError('service:ReadIt'));
      const { results } = await statusesOf({ [read]: denied });
      const unknown = results.filter(({ status }) => status !== 'ok');
      expect(unknown.length).toBeGreaterThan(0);
      for (const { status, summary } of unknown)
        expect({ status, summary }).toEqual({
          status: 'unknown',
          summary: 'could not be checked: needs permission service:ReadIt',
        });
      expect(unknown.length).toBeLessThan(3);
      expect(needsAction(results)).toBe(true);
    },
  );

  it('any other failure is reported as such', async () => {
    const { results } = await statusesOf({ rules: () => Promise.reject(new Error('InvalidAction')) });
    expect(results.find(({ check }) => check === 'rules')?.summary).toBe(
      'could not be checked: InvalidAction',
    );
  });

  it('skips locally what the emulator cannot have, without asking it', async () => {
    const asked = () => Promise.reject(new Error('asked'));
    const { by, results } = await statusesOf({ concurrency: asked, unreadable: asked }, true);
    expect([by.get('concurrency'), by.get('unreadable items'), by.get('rules')]).toEqual([
      'skipped',
      'skipped',
      'ok',
    ]);
    expect(needsAction(results)).toBe(false);
  });
});
