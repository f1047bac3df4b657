import { describe, expect, it } from 'vitest';
import { withContextEvidence } from '../../../../core/incidents/diagnosis/context-evidence.ts';

const past = (over: object = {}) => ({
  similarity: 0.9,
  incident: { incidentId: 'old', metric: 'latency' as const, signature: {}, cause: 'db', ...over },
});
const judge = (name: string, score: number, similar: readonly ReturnType<typeof past>[] = []) =>
  withContextEvidence(name, { score, evidence: [] }, 1, { changes: new Map(), similar });

describe('evidence from outside the metrics', () => {
  it('does not change scores below zero, so that their order stays', () => {
    expect(judge('db', -0.2).score).toBe(-0.2);
    expect(judge('db', -0.2, [past()]).score).toBe(-0.2);
  });

  it('raises an unconfirmed past cause slightly, and a confirmed one to at least near the best', () => {
    expect(judge('db', 0.5, [past()]).score).toBeCloseTo(0.59);
    expect(judge('db', 0, [past({ isConfirmed: true })]).score).toBeCloseTo(0.72);
    expect(judge('db', 0.9, [past({ isConfirmed: true })]).score).toBeCloseTo(1.062);
  });

  it('lowers a guess that people rejected, unless it was the cause another time', () => {
    const wrong = past({ cause: 'db', mistaken: 'web' });
    expect(judge('web', 1, [wrong]).score).toBeCloseTo(0.55);
    expect(judge('web', 1, [past({ cause: 'web' }), wrong]).score).toBeGreaterThan(1);
  });
});
