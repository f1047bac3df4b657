import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as z from 'zod';

const Join = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const Ref = z.object({ Ref: z.string() });
const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });

/** A value of a template as cdk-nag writes it in the ids of its findings: `arn:<AWS::Partition>:s3:::<Files.Arn>/*`. */
const flattened = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const join = Join.safeParse(value).data;
  if (join !== undefined) return join['Fn::Join'][1].map(flattened).join(join['Fn::Join'][0]);
  const ref = Ref.safeParse(value).data;
  return `<${ref ? ref.Ref : GetAtt.parse(value)['Fn::GetAtt'].join('.')}>`;
};

/** Acknowledges the findings of cdk-nag on patterns of resources in the policies of a construct, with the reason. */
export const acknowledgeWildcards = (
  policies: Construct,
  resources: readonly string[],
  reason: string,
): void => {
  for (const resource of resources) {
    const pattern = flattened(Stack.of(policies).resolve(resource));
    if (pattern.includes('*'))
      Validations.of(policies).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::${pattern}]`,
        reason,
      });
  }
};
