/** How tests find the parts of the workflow of remediations in a template. */
import { expect } from 'vitest';
import { type Resource, resourcesIn, resourcesOfType, type stageOf, text } from './synthesised-stage.ts';
import { asList } from './table-grants.ts';

export type Stage = ReturnType<typeof stageOf>;

export const only = <Found>(found: readonly Found[]): Found => {
  expect(found).toHaveLength(1);
  return found[0] as Found;
};
export const idOf = (reference: unknown): string =>
  /"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/.exec(text(reference))?.[1] ?? 'nothing';
export const pipelineOf = (stage: Stage, id: string): Resource | undefined =>
  resourcesIn(stage, ['pipeline']).get(`pipeline/${id}`);
export const functionNamed = (stage: Stage, name: string): Resource =>
  only(
    resourcesOfType(stage, 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME === name,
    ),
  );

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
/** Statements of the policies of a role. */
export const statementsOf = (stage: Stage, role: unknown): readonly Statement[] =>
  resourcesOfType(stage, 'AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some((each: unknown) => idOf(each) === idOf(role)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
export const grantedOn = (stage: Stage, name: string, action: string): readonly string[] =>
  statementsOf(stage, functionNamed(stage, name).Properties.Role)
    .filter(({ Action }) => asList(Action).includes(action))
    .flatMap(({ Resource }) => asList(Resource).map(text));
