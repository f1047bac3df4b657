import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../core/shared/errors.ts';
import { computing } from '../training/computing-world.ts';

const KEY = { tenantId: 'acme', kind: 'fleet-trees', runId: 'r-1' };

describe('the functions of a training', () => {
  const { tasks } = computing();
  const handlers: Readonly<Record<string, (event: unknown) => Promise<unknown>>> = tasks;

  it.each([
    ['PrepareTrainingFunctionArn', { ...KEY, tenantId: 'T#acme' }],
    ['PrepareTrainingFunctionArn', { ...KEY, step: 'train' }],
    ['TrainModelFunctionArn', KEY],
    ['TrainModelFunctionArn', { ...KEY, step: 'register' }],
    ['TrainModelFunctionArn', { ...KEY, step: 'experiment', trialId: 'a', origin: -1 }],
    [
      'TrainModelFunctionArn',
      { ...KEY, step: 'choose', results: [{ trialId: 'a', origin: 0, loss: 'low' }] },
    ],
    ['RegisterModelFunctionArn', { ...KEY, step: 'ask' }],
    ['RegisterModelFunctionArn', { ...KEY, step: 'fail' }],
    ['RegisterModelFunctionArn', { ...KEY, kind: 'a#b', step: 'register' }],
    ['RegisterModelFunctionArn', 'register'],
  ])('%s refuses an event that its states do not send: %j', async (name, event) => {
    await expect(handlers[name]!(event)).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('refuse a training that does not exist', async () => {
    const events: [string, unknown][] = [
      ['PrepareTrainingFunctionArn', KEY],
      ['TrainModelFunctionArn', { ...KEY, step: 'train' }],
      ['RegisterModelFunctionArn', { ...KEY, step: 'fail', error: 'TypeError' }],
    ];
    for (const [name, event] of events)
      await expect(handlers[name]!(event)).rejects.toThrow('training r-1 does not exist');
  });
});
