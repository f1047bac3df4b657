import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append, decisionHash, headAfter } from '../../../../core/remediation/audit/decision-chain.ts';
import { Decision, EMPTY_CHAIN } from '../../../../core/remediation/decision.ts';
import { canonicalJson } from '../../../../core/shared/canonical-json.ts';
import { decision } from './decision-samples.ts';

describe('appended decisions', () => {
  it('are numbered, contain the hash of the one before, and have that of all their other fields', () => {
    const [first, second] = append('acme', EMPTY_CHAIN, [decision(), decision({ kind: 'action-begun' })]);
    expect(first).toMatchObject({ tenantId: 'acme', sequence: 1, previousHash: '0'.repeat(64) });
    expect(second).toMatchObject({ sequence: 2, previousHash: first?.hash, kind: 'action-begun' });
    // Computed by another implementation: json.dumps(…, sort_keys=True, separators=(',', ':')) of Python.
    expect(first?.hash).toBe('a08e7f57061c8dbb83fefe7c04baab160f4ee1afd443a44b184bddfffc36f34f');
  });

  it('continue at any place as if all had been appended at once', () => {
    const many = fc.array(fc.record({ outcome: fc.jsonValue(), at: fc.nat() }), { maxLength: 8 });
    fc.assert(
      fc.property(many, fc.nat({ max: 8 }), (contents, cut) => {
        const decisions = contents.map((each) => decision(each as object));
        const whole = append('acme', EMPTY_CHAIN, decisions);
        const before = append('acme', EMPTY_CHAIN, decisions.slice(0, cut));
        const after = append('acme', headAfter(EMPTY_CHAIN, before), decisions.slice(cut));
        expect([...before, ...after]).toEqual(whole);
      }),
    );
  });

  it('keep their hashes when they are stored as JSON and read back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (outcome) => {
        const [appended] = append('acme', EMPTY_CHAIN, [decision({ outcome: outcome as never })]);
        const readBack = Decision.parse(JSON.parse(JSON.stringify(appended)));
        expect(decisionHash(readBack)).toBe(appended?.hash);
      }),
    );
  });

  it('are without fields that are undefined, as in JSON', () => {
    const [appended] = append('acme', EMPTY_CHAIN, [decision({ outcome: { reason: undefined } as never })]);
    expect(appended?.outcome).toStrictEqual({});
  });

  it('are refused if no store could read them back', () => {
    expect(() => append('acme', EMPTY_CHAIN, [decision({ at: -1 })])).toThrow();
  });
});

describe('canonical JSON', () => {
  it('sorts keys by code unit, also those that look like numbers', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é"' }], a: undefined, 10: 1, 9: 2 })).toBe(
      '{"10":1,"9":2,"b":[1,{"c":"é\\"","d":null}]}',
    );
  });

  it('is equal for equal values, whatever the order of their keys', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([k, v]) => [k, reversed(v)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
