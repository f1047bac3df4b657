import { describe, expect, it } from 'vitest';
import { findAlertType } from '../../../../core/remediation/alerts/alert-types.ts';
import { KNOWN } from '../../../../core/remediation/recommendation/catalogue-knowledge.ts';

describe('KNOWN', () => {
  it('names what helps in the order of the alert type', () => {
    const remedies = KNOWN.findRemedies('cpu-high');
    const { response } = findAlertType('cpu-high')!;
    const helps = response.kind === 'act' ? response.helps : [];
    expect(remedies?.notifyOnly).toBeNull();
    expect(remedies?.actions.length).toBeGreaterThan(helps.length);
    for (const { action, place, horizon, why } of remedies!.actions) {
      const effect = KNOWN.findAction(action)?.effect;
      expect(helps[place]).toMatchObject({ effect, horizon, why });
    }
  });

  it('says why only people can help', () => {
    const remedies = KNOWN.findRemedies('telemetry-missing');
    expect(remedies).toEqual({
      actions: [],
      notifyOnly: 'Without fresh telemetry nobody can tell whether an action helped.',
    });
  });

  it('knows no reason against what a person asks for', () => {
    expect(KNOWN.findRemedies('requested')).toEqual({ actions: [], notifyOnly: null });
  });

  it('does not know other alert types and actions', () => {
    expect(KNOWN.findRemedies('haunted')).toBeUndefined();
    expect(KNOWN.findAction('reverse-time')).toBeUndefined();
  });
});
