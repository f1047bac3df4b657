import { describe, expect, it } from 'vitest';
import { groupSignal } from '../../../../core/incidents/grouping/group-signal.ts';
import { transition } from '../../../../core/incidents/lifecycle/transition.ts';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { anomaly, contextAt } from '../grouping/signals.ts';

const opened = groupSignal([], anomaly('a', 0), contextAt(0)).incident!;
const resolved = (statement: object) =>
  transition(opened, {
    to: 'resolved',
    at: 1000,
    by: { kind: 'person' as const, name: 'ann' },
    ...statement,
  });

describe('the conclusion of people', () => {
  it('is stored with its author, and shown in the timeline', () => {
    const incident = resolved({ cause: 'db-1', fix: 'rolled back' });
    expect(incident.conclusion).toEqual({
      cause: 'db-1',
      fix: 'rolled back',
      by: { kind: 'person' as const, name: 'ann' },
      at: 1000,
    });
    expect(incident.timeline).toContainEqual(
      expect.objectContaining({
        kind: 'note',
        text: 'cause: db-1; fix: rolled back',
        by: { kind: 'person' as const, name: 'ann' },
      }),
    );
  });

  it('can be corrected and completed by the review', () => {
    const reviewed = transition(resolved({ cause: 'db-1' }), {
      ...{
        to: 'reviewed',
        at: 2000,
        by: { kind: 'person' as const, name: 'bob' },
        cause: 'the upstream provider',
      },
    });
    expect(reviewed.conclusion).toEqual({
      cause: 'the upstream provider',
      by: { kind: 'person' as const, name: 'bob' },
      at: 2000,
    });
    const fixed = transition(resolved({ cause: 'db-1' }), {
      to: 'reviewed',
      at: 2000,
      by: { kind: 'person' as const, name: 'bob' },
      fix: 'waited',
    });
    expect(fixed.conclusion).toMatchObject({ cause: 'db-1', fix: 'waited' });
  });

  it('is absent if no one states it, and not accepted before the end', () => {
    expect(resolved({}).conclusion).toBeUndefined();
    for (const statement of [{ cause: 'db-1' }, { fix: 'rolled back' }]) {
      expect(() =>
        transition(opened, {
          to: 'acknowledged',
          at: 1,
          by: { kind: 'person' as const, name: 'ann' },
          ...statement,
        }),
      ).toThrow(InvalidInputError);
    }
  });
});
