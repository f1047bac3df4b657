import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import type { StackFact } from '../../../core/platform/doctor/ports.ts';
import { inParallel } from '../../../core/shared/in-parallel.ts';
import { allPages, permitted } from './permitted.ts';

const PARTS = ['Data', 'Pipeline', 'Edge', 'Operations'] as const;

/** A resource as its template declares it, with the name that it got. */
export interface StageResource {
  /** Path of its construct without stage and `Resource`: `Pipeline/Ingest/Queue/Queue`. */
  readonly path: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** Values are literals, or references such as `{"Ref": …}`. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The stacks of a stage, read at most once. */
export interface StageStacks {
  readonly status: () => Promise<readonly StackFact[]>;
  /** Templates of the stacks that exist. */
  readonly templates: () => Promise<readonly StackTemplate[]>;
  readonly resources: () => Promise<readonly StageResource[]>;
  readonly ofType: (type: string) => Promise<readonly StageResource[]>;
  /** @throws Error if no stack has this output */
  readonly output: (name: string) => Promise<string>;
}

const Template = z.object({
  Parameters: z.record(z.string(), z.looseObject({ Default: z.string().optional() })).default({}),
  Rules: z.record(z.string(), z.unknown()).default({}),
  Resources: z
    .record(
      z.string(),
      z.object({
        Type: z.string(),
        Properties: z.record(z.string(), z.unknown()).default({}),
        Metadata: z.looseObject({ 'aws:cdk:path': z.string().optional() }).default({}),
      }),
    )
    .default({}),
});
export type StackTemplate = z.infer<typeof Template>;

interface Stack extends StackFact {
  readonly outputs: ReadonlyMap<string, string>;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);

const describe = async (client: CloudFormationClient, name: string): Promise<Stack> => {
  try {
    const { Stacks: [stack] = [] } = await permitted('cloudformation:DescribeStacks', () =>
      client.send(new DescribeStacksCommand({ StackName: name })),
    );
    const outputs = (stack?.Outputs ?? []).map(
      ({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const,
    );
    return { name, status: stack?.StackStatus ?? 'missing', outputs: new Map(outputs) };
  } catch (error) {
    if (isMissing(error)) return { name, status: 'missing', outputs: new Map() };
    throw error;
  }
};

const readTemplate = async (client: CloudFormationClient, name: string): Promise<StackTemplate> => {
  const { TemplateBody = '{}' } = await permitted('cloudformation:GetTemplate', () =>
    client.send(new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' })),
  );
  return Template.parse(JSON.parse(TemplateBody));
};

const listNames = async (client: CloudFormationClient, StackName: string): Promise<Map<string, string>> => {
  const pairs = await allPages(async (NextToken) => {
    const page = await permitted('cloudformation:ListStackResources', () =>
      client.send(new ListStackResourcesCommand({ StackName, NextToken })),
    );
    const items = (page.StackResourceSummaries ?? []).map(
      ({ LogicalResourceId = '', PhysicalResourceId = '' }) =>
        [LogicalResourceId, PhysicalResourceId] as const,
    );
    return { items, next: page.NextToken };
  });
  return new Map(pairs);
};

const shortPath = (path: string, stage: string): string =>
  path.replace(`Forestall-${stage}-`, '').replace(/\/Resource$/, '');

/** Name of the part of the stage that a resource belongs to: its path without the construct that CDK adds. */
export const partOf = ({ path }: StageResource): string =>
  path.replace(
    /\/(?:Function\/SqsEventSource:[^/]*|Function|StateMachine|Schedule|Alarm|Queue|Store\/Table)$/,
    '',
  );

/** Reads a value once; later calls share the result. */
const once = <Value>(read: () => Promise<Value>): (() => Promise<Value>) => {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
};

/** The stacks of a stage in the account of the client. */
export const readStageStacks = (client: CloudFormationClient, stage: string): StageStacks => {
  const stacks = once(() => Promise.all(PARTS.map((part) => describe(client, `Forestall-${stage}-${part}`))));
  const existing = async () => (await stacks()).filter(({ status }) => status !== 'missing');
  const withTemplates = once(async () =>
    inParallel(2, await existing(), async ({ name }) => ({
      name,
      template: await readTemplate(client, name),
    })),
  );
  const resources = once(async () => {
    const read = async ({ name, template }: { name: string; template: StackTemplate }) => {
      const names = await listNames(client, name);
      return Object.entries(template.Resources).map(([logicalId, { Type, Properties, Metadata }]) => ({
        path: shortPath(Metadata['aws:cdk:path'] ?? logicalId, stage),
        logicalId,
        type: Type,
        physicalId: names.get(logicalId) ?? '',
        properties: Properties,
      }));
    };
    return (await inParallel(2, await withTemplates(), read)).flat();
  });
  return {
    status: stacks,
    templates: async () => (await withTemplates()).map(({ template }) => template),
    resources,
    ofType: async (type) => (await resources()).filter((resource) => resource.type === type),
    output: async (name) => {
      const value = (await stacks()).map(({ outputs }) => outputs.get(name)).find((one) => one !== undefined);
      if (value === undefined) throw new Error(`no stack of stage ${stage} has the output ${name}`);
      return value;
    },
  };
};
