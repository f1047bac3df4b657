/** The drill of secrets may start their rotations, and change neither their schedules nor who executes them. */
import { expect, it } from 'vitest';
import { stageOf } from '../infra/synthesised-stage.ts';
import { type Call, isAllowed } from './evaluate.ts';
import { policiesOf } from './policies.ts';
import { resolveTemplates } from './resolve-template.ts';

const resources = resolveTemplates(stageOf('prod').templates);
const policies = policiesOf(resources.values());
const idOf = (pattern: RegExp) => [...resources.values()].find(({ id }) => pattern.test(id));
const role = idOf(/^SecretDrillBeginSecretDrillRole\w{8}$/)?.id ?? '';
const rotator = idOf(/^RotationRotateSecretFunction\w{8}$/)?.arn ?? '';
const secrets = [...resources.values()].filter(({ type }) => type === 'AWS::SecretsManager::Secret');

const mayRotate = async (context: Call['context']): Promise<readonly boolean[]> => {
  const identity = policies.ofRole.get(role) ?? [];
  const boundary = policies.boundaryOf.get(role);
  return Promise.all(
    secrets.map(({ arn = '' }) =>
      isAllowed(
        { caller: { role }, action: 'secretsmanager:RotateSecret', resource: arn, context, because: 'test' },
        { identity, resource: [], boundary, stage: 'prod' },
      ),
    ),
  );
};

it.each([
  ['as it is set up', {}, true],
  ['without changes', { 'secretsmanager:ModifyRotationRules': 'false' }, true],
  ['with the function of the stage', { 'secretsmanager:RotationLambdaARN': rotator }, true],
  ['with another schedule', { 'secretsmanager:ModifyRotationRules': 'true' }, false],
  ['with another function', { 'secretsmanager:RotationLambdaARN': `${rotator}-mine` }, false],
])('the rotation of every secret %s', async (_, context, allowed) => {
  expect(await mayRotate(context)).toEqual([allowed, allowed, allowed]);
});
