import { describe, expect, it } from 'vitest';
import { actorOf, StoredActor } from '../../../../core/platform/actor.ts';
import { keyCaller } from '../../../fixtures/identities.ts';

describe('an actor', () => {
  const person = { ...keyCaller('acme', 'ada'), kind: 'person' as const, keyId: undefined };

  it('is a key with its id, so that a key with the name of a person is not that person', () => {
    expect(actorOf(keyCaller('acme', 'ada'))).toEqual({ kind: 'key', name: 'ada', keyId: 'keyaaaaaaaaa' });
    expect(actorOf(person)).toEqual({ kind: 'person', name: 'ada' });
  });

  it('with a token of a key is neither the key nor a person', () => {
    const token = { ...keyCaller('acme', 'ci'), kind: 'token' as const };
    expect(actorOf(token)).toEqual({ kind: 'token', name: 'ci', keyId: 'keyaaaaaaaaa' });
  });

  it('that an earlier release stored as a name is of an unknown kind', () => {
    expect(StoredActor.parse('ada')).toEqual({ kind: 'unknown', name: 'ada' });
    expect(StoredActor.parse(actorOf(person))).toEqual(actorOf(person));
    expect(StoredActor.safeParse({ kind: 'root', name: 'ada' }).success).toBe(false);
  });
});
