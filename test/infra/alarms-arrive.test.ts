import { describe, expect, it } from 'vitest';
import type { Stage } from '../../lib/config/stage-config.ts';
import { PARTS, type Part } from '../../lib/synth/synthesise.ts';
import { type Resource, resourcesIn, stageOf, text } from './synthesised-stage.ts';

const OWN_ACCOUNT = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>;
}

/** Walks from an alarm's action to the resource that receives it, and to the policy that lets CloudWatch in. */
class AlarmPaths {
  readonly #templates: Record<Part, Template>;
  readonly #resources: ReadonlyMap<string, Resource>;

  constructor(stage: Stage) {
    const synthesis = stageOf(stage);
    this.#templates = synthesis.templates as Record<Part, Template>;
    this.#resources = resourcesIn(synthesis);
  }

  alarms(): readonly { readonly name: string; readonly actions: readonly unknown[]; readonly part: Part }[] {
    return [...this.#resources]
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([name, { Properties }]) => ({
        name,
        part: name.split('/')[0] as Part,
        actions: [...(Properties.AlarmActions ?? []), ...(Properties.OKActions ?? [])],
      }));
  }

  /** The key `<part>/<logical id>` of the resource that a Ref, a Fn::GetAtt or an import names. */
  resolve(part: Part, action: unknown): string {
    const value = action as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::ImportValue'?: string };
    if (value.Ref !== undefined) return `${part}/${value.Ref}`;
    if (value['Fn::GetAtt'] !== undefined) return `${part}/${value['Fn::GetAtt'][0]}`;
    for (const exporting of PARTS)
      for (const { Value, Export } of Object.values(this.#templates[exporting].Outputs ?? {}))
        if (Export?.Name === value['Fn::ImportValue']) return this.resolve(exporting, Value);
    throw new Error(`nothing exports ${text(action)}`);
  }

  letsCloudWatchPublish(key: string): boolean {
    const [part, id] = key.split('/') as [Part, string];
    return Object.values(this.#templates[part].Resources)
      .filter(
        ({ Type, Properties }) =>
          Type === 'AWS::SNS::TopicPolicy' && text(Properties.Topics).includes(`"${id}"`),
      )
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .some(
        ({ Effect, Action, Principal, Resource: on, Condition }) =>
          Effect === 'Allow' &&
          Action === 'sns:Publish' &&
          Principal?.Service === 'cloudwatch.amazonaws.com' &&
          text(on) === text({ Ref: id }) &&
          text(Condition) === text(OWN_ACCOUNT),
      );
  }

  typeOf(key: string): string | undefined {
    return this.#resources.get(key)?.Type;
  }
}

describe.each(['dev', 'prod'] as const)('alarms of %s', (stage) => {
  const paths = new AlarmPaths(stage);

  it('exist', () => {
    expect(paths.alarms().length).toBeGreaterThanOrEqual(10);
  });

  it.each(paths.alarms())('$name can publish to each topic that it names', ({ actions, part }) => {
    expect(actions.length).toBeGreaterThanOrEqual(2);
    for (const action of actions) {
      const key = paths.resolve(part, action);
      expect(paths.typeOf(key)).toBe('AWS::SNS::Topic');
      expect(paths.letsCloudWatchPublish(key)).toBe(true);
    }
  });
});
