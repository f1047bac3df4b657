import * as z from 'zod';
import { ACCOUNT, attributesOf, nameOf, type Prefix, REGION } from './resource-names.ts';

/** Resolves the intrinsic functions of templates as CloudFormation would in the account of `resource-names.ts`. */

const Template = z.object({
  Parameters: z
    .record(z.string(), z.looseObject({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.unknown() })),
  Outputs: z
    .record(
      z.string(),
      z.looseObject({ Value: z.unknown(), Export: z.looseObject({ Name: z.unknown() }).optional() }),
    )
    .default({}),
});
type Template = z.infer<typeof Template> & { readonly prefix: Prefix };

export interface ResolvedResource {
  /** Logical id; unique in all templates of a stage. */
  readonly id: string;
  readonly type: string;
  /** As it is in ARNs. */
  readonly name: string;
  readonly arn: string | undefined;
  /** Properties without intrinsic functions. */
  readonly properties: unknown;
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

const GetAtt = z.union([
  z.tuple([z.string(), z.string()]),
  z.string().transform((path): [string, string] => {
    const [id = '', ...attribute] = path.split('.');
    return [id, attribute.join('.')];
  }),
]);
const Join = z.tuple([z.string(), z.array(z.unknown())]);
const Select = z.tuple([z.coerce.number(), z.array(z.unknown())]);
const Split = z.tuple([z.string(), z.string()]);

class StageResolver {
  readonly #templates: readonly Template[];

  constructor(templates: readonly Template[]) {
    this.#templates = templates;
  }

  resolve(template: Template, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.resolve(template, each));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name = '', argument] = entries[0] ?? [];
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::')))
      return this.#call(template, name, argument);
    return Object.fromEntries(
      entries
        .filter(([, each]) => !isNoValue(each))
        .map(([key, each]) => [key, this.resolve(template, each)] as const),
    );
  }

  #call(template: Template, name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.#ref(template, z.string().parse(argument));
    if (name === 'Fn::GetAtt') return this.#attribute(template, ...GetAtt.parse(argument));
    if (name === 'Fn::ImportValue') return this.#import(z.string().parse(this.resolve(template, argument)));
    if (name === 'Fn::Join') {
      const [separator, parts] = Join.parse(argument);
      return z.array(z.string()).parse(this.resolve(template, parts)).join(separator);
    }
    if (name === 'Fn::Select') {
      const [index, values] = Select.parse(this.resolve(template, argument));
      return values[index];
    }
    if (name === 'Fn::Split') {
      const [separator, text] = Split.parse(this.resolve(template, argument));
      return text.split(separator);
    }
    if (name === 'Fn::Sub') {
      const pattern = z.string().parse(argument);
      return pattern.replaceAll(/\$\{([\w:]+)\}/g, (_, id: string) => String(this.#ref(template, id)));
    }
    throw new TypeError(`${name} is not resolved yet: extend test/iam/resolve-template.ts`);
  }

  #ref(template: Template, id: string): unknown {
    const pseudo = PSEUDO[id];
    if (pseudo !== undefined) return pseudo;
    const parameter = template.Parameters[id];
    if (parameter === undefined) return this.#attribute(template, id, 'Ref');
    if (parameter.Type.startsWith('AWS::SSM::Parameter::Value')) return this.#published(parameter.Default);
    return parameter.Default;
  }

  /** A version or an alias has the ARN of what it belongs to, and its own name. */
  #versioned(template: Template, type: string, properties: unknown): string | undefined {
    if (type === 'AWS::Lambda::Version') {
      const { FunctionName } = z.object({ FunctionName: z.object({ Ref: z.string() }) }).parse(properties);
      return `${this.#attribute(template, FunctionName.Ref, 'Arn')}:1`;
    }
    if (type === 'AWS::StepFunctions::StateMachineVersion') {
      const { StateMachineArn } = z.object({ StateMachineArn: z.unknown() }).parse(properties);
      return `${this.resolve(template, StateMachineArn)}:1`;
    }
    if (type !== 'AWS::StepFunctions::StateMachineAlias') return undefined;
    const preference = z.object({ DeploymentPreference: z.object({ StateMachineVersionArn: z.unknown() }) });
    const version = preference.parse(properties).DeploymentPreference.StateMachineVersionArn;
    return String(this.resolve(template, version)).replace(/:1$/, ':live');
  }

  #attribute(template: Template, id: string, attribute: string): string {
    const { Type: type, Properties } = template.Resources[id] ?? { Type: 'unknown resource' };
    const versioned = this.#versioned(template, type, Properties);
    if (versioned !== undefined) return versioned;
    const value = attributesOf(type, id, template.prefix)?.[attribute];
    if (value !== undefined) return value;
    throw new TypeError(`${attribute} of ${id} (${type}) is not known: extend test/iam/resource-names.ts`);
  }

  /** The value of an SSM parameter that another template of the stage publishes. */
  #published(name: unknown): unknown {
    for (const template of this.#templates)
      for (const { Type, Properties } of Object.values(template.Resources)) {
        if (Type !== 'AWS::SSM::Parameter') continue;
        const { Name, Value } = z.looseObject({ Name: z.string(), Value: z.unknown() }).parse(Properties);
        if (Name === name) return this.resolve(template, Value);
      }
    throw new TypeError(`no template publishes the parameter ${String(name)}`);
  }

  #import(name: string): unknown {
    for (const template of this.#templates)
      for (const { Value, Export } of Object.values(template.Outputs))
        if (Export !== undefined && this.resolve(template, Export.Name) === name)
          return this.resolve(template, Value);
    throw new TypeError(`no template exports ${name}`);
  }
}

const isNoValue = (value: unknown): boolean =>
  z.strictObject({ Ref: z.literal('AWS::NoValue') }).safeParse(value).success;

/** Types whose properties decide who may do what; those of other types stay as they are. */
const RESOLVED =
  /^AWS::(ApiGatewayV2::(Integration|Route)|CloudWatch::Alarm|DynamoDB::GlobalTable|Events::|IAM::|KMS::|Lambda::|S3::|Scheduler::|SNS::|SQS::|StepFunctions::)/;

/** The stage that the resources of a template are tagged with; undefined without tags. */
const stageIn = (template: unknown): string | undefined =>
  /"Key":"forestall:stage","Value":"(\w+)"/.exec(JSON.stringify(template))?.[1];

const withPrefix = (part: string, template: unknown): Template => {
  const stage = stageIn(template);
  const stack = `${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  return {
    ...Template.parse(template),
    prefix: stage === undefined ? '' : `Forestall-${stage}-${stack}-`,
  };
};

const NamedRole = z.looseObject({ RoleName: z.string(), Path: z.string() });

/** Roles of actions have a name that functions know. */
const namedArn = (type: string, properties: unknown): string | undefined => {
  const named = type === 'AWS::IAM::Role' ? NamedRole.safeParse(properties).data : undefined;
  return named && `arn:aws:iam::${ACCOUNT}:role${named.Path}${named.RoleName}`;
};

/** All resources of a stage, by logical id. */
export const resolveTemplates = (
  templates: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ResolvedResource> => {
  const parsed = Object.entries(templates).map(([part, template]) => withPrefix(part, template));
  const resolver = new StageResolver(parsed);
  const resources = new Map<string, ResolvedResource>();
  for (const template of parsed)
    for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
      if (resources.has(id)) throw new TypeError(`two templates contain a resource ${id}`);
      const properties = RESOLVED.test(Type) ? resolver.resolve(template, Properties) : Properties;
      resources.set(id, {
        id,
        type: Type,
        name: nameOf(Type, id, template.prefix),
        arn: namedArn(Type, properties) ?? attributesOf(Type, id, template.prefix)?.Arn,
        properties,
      });
    }
  return resources;
};
