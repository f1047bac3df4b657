import { describe, expect, it } from 'vitest';
import { ALERT_TYPES, actionsFor, findAlertType } from '../../../../core/remediation/alerts/alert-types.ts';
import { runbookOf } from '../../../../core/remediation/alerts/runbook.ts';
import { CATALOGUE, findAction } from '../../../../core/remediation/catalogue/catalogue.ts';

/** Alert types that people are only told about. */
const ONLY_TOLD = ['telemetry-missing', 'traffic-drop', 'unclassified'];

const acting = ALERT_TYPES.filter(({ response }) => response.kind === 'act');

describe('alert types', () => {
  it('are those that operators know, each once', () => {
    const ids = ALERT_TYPES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...['cpu-high', 'memory-high', 'memory-leak', 'disk-full', 'network-saturated', 'latency-high'],
        ...['errors-high', 'traffic-surge', 'crash-loop', 'host-down', 'queue-backlog', 'dead-letters'],
        ...['throttled', 'certificate-expiry', 'secret-expiry', 'failed-deployment', 'configuration-drift'],
        ...['database-connections', 'quota-near'],
      ]),
    );
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]{2,60}$/);
  });

  it('are found by their ids alone', () => {
    expect(findAlertType('cpu-high')?.title).toBe('CPU is short');
    expect(findAlertType('constructor')).toBeUndefined();
  });

  it('lead to actions, except those about which people are only told, with the reason', () => {
    const told = ALERT_TYPES.filter(({ response }) => response.kind === 'notify-only');
    expect(told.map(({ id }) => id)).toEqual(ONLY_TOLD);
    for (const type of ALERT_TYPES)
      expect(actionsFor(type).length > 0, type.id).toBe(type.response.kind === 'act');
  });

  it('together reach every action of the catalogue', () => {
    const reached = new Set(acting.flatMap(actionsFor).map(({ action }) => action.id));
    expect(CATALOGUE.map(({ id }) => id).filter((id) => !reached.has(id))).toEqual([]);
  });
});

describe.each(acting.map((type) => [type.id, type] as const))('%s', (_, type) => {
  const actions = actionsFor(type);

  it('names each helpful action once, and only actions of the effect that helps', () => {
    const ids = actions.map(({ action }) => action.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { action, help } of actions) expect(action.effect).toBe(help.effect);
    const { response } = type;
    for (const { only = [], effect } of response.kind === 'act' ? response.helps : [])
      for (const id of only) expect(findAction(id)?.effect, id).toBe(effect);
  });

  it('says why each helps', () => {
    for (const { help } of actions) expect(help.why).toMatch(/^[A-Z].*\.$/);
  });

  it('has a runbook from condition to undo', () => {
    const runbook = runbookOf(type);
    expect(runbook?.act.map(({ action }) => action)).toEqual(actions.map(({ action }) => action.id));
    expect(runbook?.condition).toHaveLength(type.signals.length);
    expect(runbook?.gate.length).toBeGreaterThan(0);
    for (const [at, step] of (runbook?.act ?? []).entries()) {
      const { risk, reversibility } = actions[at]!.action;
      expect(step.isHighRisk).toBe(risk === 'high');
      expect(step.undo.startsWith('the state read before is restored')).toBe(reversibility === 'undo');
      expect(step.verify).not.toBe('');
    }
  });
});

it('people who are only told get no runbook', () => {
  for (const id of [...ONLY_TOLD, 'requested']) expect(runbookOf(findAlertType(id)!)).toBeUndefined();
});
