import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_LINE_UP, isTrusted, LineUp, memberOf, stageOf } from '../../../../core/models/line-up.ts';
import {
  approve,
  challenge,
  extendLease,
  hasHappened,
  move,
  promote,
  register,
  revert,
  versionOfCause,
  withdraw,
} from '../../../../core/models/registry/line-up-changes.ts';
import { compareVersions, VERSION_CHANGES } from '../../../../core/models/semantic-version.ts';
import { ADA, NOW } from '../samples.ts';

const PLACE = { stage: 'canary' as const, share: 0.05, enrolled: 0.1, leaseUntil: NOW + 60 };
const change = (cause: string, at = NOW) => ({ cause, reason: 'because', at });
const rollback = (cause: string) => ({ ...change(cause), rule: 'manual' as const });
const challengeOf = (version: string) => ({
  ...{ ...change(`c/${version}`), version, rolloutId: `rollout-${version}`, place: PLACE },
});

const withCandidates = (count: number): LineUp =>
  Array.from({ length: count }).reduce<LineUp>(
    (lineUp, _, index) => register(lineUp, 'patch', `training/${index}`).lineUp,
    EMPTY_LINE_UP,
  );

const promoted = (lineUp: LineUp, version: string): LineUp =>
  promote(challenge(lineUp, challengeOf(version)), change(`p/${version}`));

describe('a line-up', () => {
  it('gives each registration the next version, and knows it by its cause', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...VERSION_CHANGES), { maxLength: 12 }), (changes) => {
        let lineUp = EMPTY_LINE_UP;
        for (const [index, each] of changes.entries()) {
          const next = register(lineUp, each, `training/${index}`);
          expect(compareVersions(next.version, lineUp.highest)).toBeGreaterThan(0);
          expect(stageOf(next.lineUp, next.version)).toBe('candidate');
          lineUp = next.lineUp;
          expect(versionOfCause(lineUp, `training/${index}`)).toBe(next.version);
        }
        expect(versionOfCause(lineUp, 'other')).toBeUndefined();
        expect(stageOf(lineUp, '9.9.9')).toBe('retired');
      }),
    );
  });

  it('shows where a challenger is, and that it came there', () => {
    const begun = challenge(withCandidates(1), challengeOf('0.0.1'));
    expect(stageOf(begun, '0.0.1')).toBe('canary');
    const moved = move(begun, { ...PLACE, share: 0.5, enrolled: 0.5 }, change('m'));
    expect(moved.challenger).toMatchObject({ share: 0.5, fence: 1, rolloutId: 'rollout-0.0.1' });
    expect(extendLease(moved, NOW + 500).challenger?.leaseUntil).toBe(NOW + 500);
    expect(moved.transitions).toMatchObject([
      { cause: 'c/0.0.1', from: 'candidate', to: 'canary', reason: 'because', at: NOW },
      { cause: 'm', from: 'canary', to: 'canary' },
    ]);
    expect([hasHappened(moved, 'm'), hasHappened(moved, 'n')]).toEqual([true, false]);
  });

  it('has the challenger or the former champion in the place of the champion, never both or none', () => {
    const first = promoted(withCandidates(2), '0.0.1');
    const second = promoted(first, '0.0.2');
    expect(second).toMatchObject({ champion: '0.0.2', former: ['0.0.1', '0.0.0'], challenger: null });
    expect(memberOf(second, '0.0.1')?.retired).toMatchObject({ rule: null });
    const back = revert(second, rollback('r'));
    expect(back).toMatchObject({ champion: '0.0.1', former: ['0.0.0'], championSince: NOW });
    expect(stageOf(back, '0.0.1')).toBe('champion');
    expect(memberOf(back, '0.0.1')?.retired).toBeNull();
    expect([isTrusted(back, '0.0.2'), isTrusted(second, '0.0.1')]).toEqual([false, true]);
    expect(() => revert(EMPTY_LINE_UP, rollback('r'))).toThrow('no version served before it');
  });

  it('takes back no version that was withdrawn', () => {
    const withdrawn = withdraw(challenge(withCandidates(1), challengeOf('0.0.1')), rollback('w'));
    expect(stageOf(withdrawn, '0.0.1')).toBe('retired');
    expect(() => challenge(withdrawn, challengeOf('0.0.1'))).toThrow('version 0.0.1 is retired');
    expect(() => approve(withdrawn, '0.0.1', { by: ADA, at: NOW, reason: '' })).toThrow('is retired');
  });

  it('has one rollout at a time, and a new fence for each', () => {
    const begun = challenge(withCandidates(2), challengeOf('0.0.1'));
    expect(() => challenge(begun, challengeOf('0.0.2'))).toThrow(
      'rollout-0.0.1 of version 0.0.1 is under way',
    );
    const next = challenge(withdraw(begun, rollback('w')), challengeOf('0.0.2'));
    expect([begun.fence, next.fence]).toEqual([1, 2]);
    for (const attempt of [
      () => promote(EMPTY_LINE_UP, change('x')),
      () => withdraw(EMPTY_LINE_UP, rollback('x')),
    ])
      expect(attempt).toThrow('no rollout is under way');
  });

  it('keeps the first approval', () => {
    const once = approve(withCandidates(1), '0.0.1', { by: ADA, at: NOW, reason: 'first' });
    const twice = approve(once, '0.0.1', { by: ADA, at: NOW + 1, reason: 'second' });
    expect(memberOf(twice, '0.0.1')?.approval).toMatchObject({ reason: 'first' });
  });

  it('stays small, and keeps what serves or may serve again', () => {
    let lineUp = promoted(withCandidates(2), '0.0.1');
    lineUp = promoted(lineUp, '0.0.2');
    for (let index = 0; index < 500; index++) {
      const next = register(lineUp, 'patch', `more/${index}`);
      lineUp = next.lineUp;
      if (index % 2 === 0)
        lineUp = withdraw(challenge(lineUp, challengeOf(next.version)), rollback(`w/${index}`));
    }
    expect(lineUp.members).toHaveLength(400);
    expect(lineUp.transitions).toHaveLength(200);
    expect(stageOf(lineUp, '0.0.2')).toBe('champion');
    expect(memberOf(lineUp, '0.0.1')).toBeDefined();
    // Dropped versions are retired for ever.
    expect(memberOf(lineUp, '0.0.4')).toBeUndefined();
    expect(() => challenge(lineUp, challengeOf('0.0.4'))).toThrow('version 0.0.4 is retired');
    expect(LineUp.safeParse(lineUp).success).toBe(true);
  });

  it('remembers ten former champions', () => {
    let lineUp = withCandidates(12);
    for (let index = 1; index <= 12; index++) lineUp = promoted(lineUp, `0.0.${index}`);
    expect(lineUp.former).toHaveLength(10);
    expect(lineUp.former[0]).toBe('0.0.11');
  });
});
