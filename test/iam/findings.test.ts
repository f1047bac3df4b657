import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARGUED_GRANTS, type ArguedGrant } from './argued-grants.ts';
import type { Call } from './evaluate.ts';
import { deniedCalls, needlesslyAllowed, unjudgedParts, unusedGrants } from './findings.ts';
import { arn } from './resource-names.ts';
import { serviceCalls } from './service-calls.ts';
import { resolved, type SmallStage, smallStage } from './small-stage.ts';

const ofWorker = (action: string, resource: string, context: Call['context'] = {}): Call => ({
  caller: { role: 'Role' },
  action,
  resource,
  context,
  because: 'recorded',
});

const RECORDED = [
  ofWorker('dynamodb:GetItem', arn('dynamodb', 'table/Orders')),
  ofWorker('dynamodb:Query', arn('dynamodb', 'table/Orders')),
  ofWorker('s3:GetObject', 'arn:aws:s3:::Files/in/2026/one'),
  ofWorker('s3:ListBucket', 'arn:aws:s3:::Files', { 's3:prefix': 'in/2026/two' }),
];

const judge = async (stage: SmallStage, argued: readonly ArguedGrant[] = []) => {
  const { resources, policies } = resolved(stage);
  const calls = [...RECORDED, ...serviceCalls(resources)];
  return {
    unjudged: unjudgedParts(policies),
    denied: await deniedCalls(calls, policies),
    unused: await unusedGrants(calls, policies, argued),
    needless: await needlesslyAllowed(calls, policies),
  };
};

const planted = (plant: (stage: SmallStage) => void, argued?: readonly ArguedGrant[]) => {
  const stage = smallStage();
  plant(stage);
  return judge(stage, argued);
};

const OTHER_TABLE = arn('dynamodb', 'table/Customers');

it('finds nothing if each call is allowed, each grant is used, and nothing else is allowed', async () => {
  expect(await judge(smallStage())).toEqual({ unjudged: [], denied: [], unused: [], needless: [] });
});

describe('a planted error is found:', () => {
  it.each(Object.keys(smallStage().role))('no grant for the purpose "%s"', async (purpose) => {
    const { denied } = await planted(({ role }) => delete role[purpose]);
    expect(denied).not.toEqual([]);
  });

  it('a missing action', async () => {
    const { denied } = await planted(({ role }) => {
      role.read!.Action = 'dynamodb:GetItem';
    });
    expect(denied).toEqual([expect.stringContaining('dynamodb:Query')]);
  });

  it('another table', async () => {
    const { denied, unused } = await planted(({ role }) => {
      role.read!.Resource = OTHER_TABLE;
    });
    expect(denied).toHaveLength(2);
    expect(unused).toHaveLength(2);
  });

  it('one table too many', async () => {
    const { denied, unused } = await planted(({ role }) => {
      role.read!.Resource = [arn('dynamodb', 'table/Orders'), OTHER_TABLE];
    });
    expect(denied).toEqual([]);
    expect(unused).toEqual([
      expect.stringContaining('dynamodb:GetItem on arn:aws:dynamodb:us-east-1:000000000000:table/Customers'),
      expect.stringContaining('dynamodb:Query on arn:aws:dynamodb:us-east-1:000000000000:table/Customers'),
    ]);
  });

  it('an action too many', async () => {
    const { unused } = await planted(({ role }) => {
      role.read!.Action = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:DeleteItem'];
    });
    expect(unused).toEqual([expect.stringContaining('dynamodb:DeleteItem')]);
  });

  it.each(['*', arn('dynamodb', 'table/*'), arn('dynamodb', 'table/Ord*'), arn('dynamodb', 'table/*ers')])(
    'too wide a table: %s',
    async (table) => {
      const { needless } = await planted(({ role }) => {
        role.read!.Resource = table;
      });
      expect(needless).not.toEqual([]);
    },
  );

  it.each(['arn:aws:s3:::Files/*', 'arn:aws:s3:::Files/in*', 'arn:aws:s3:::*/in/*'])(
    'objects too many: %s',
    async (objects) => {
      const { needless } = await planted(({ role }) => {
        role.objects!.Resource = objects;
      });
      expect(needless).not.toEqual([]);
    },
  );

  it.each([undefined, { StringLike: { 's3:prefix': '*' } }, { StringLike: { 's3:prefix': 'in*' } }])(
    'a listing under the condition %j',
    async (condition) => {
      const { needless } = await planted(({ role }) => {
        const { Condition: _, ...list } = role.list!;
        role.list = condition === undefined ? list : { ...list, Condition: condition };
      });
      expect(needless).not.toEqual([]);
    },
  );

  it('a listing under another prefix', async () => {
    const { denied } = await planted(({ role }) => {
      role.list!.Condition = { StringLike: { 's3:prefix': 'out/*' } };
    });
    expect(denied).toEqual([expect.stringContaining('s3:ListBucket')]);
  });

  it('a queue that takes events of any rule', async () => {
    const { needless } = await planted((stage) => {
      stage.queueCondition = undefined;
    });
    expect(needless).toEqual([
      expect.stringContaining('another account'),
      expect.stringContaining('another resource of this account'),
    ]);
  });

  it('a queue that takes events of another rule only', async () => {
    const { denied } = await planted((stage) => {
      stage.queueCondition = { ArnEquals: { 'aws:SourceArn': arn('events', 'rule/Other') } };
    });
    expect(denied).toEqual([expect.stringContaining('events.amazonaws.com: sqs:SendMessage')]);
  });

  it('a queue that takes messages without TLS', async () => {
    const { needless } = await planted((stage) => {
      stage.denyPlainHttp = false;
    });
    expect(needless).not.toEqual([]);
    for (const finding of needless) expect(finding).toContain('without TLS');
  });

  it.each([
    [[]],
    [[{ Effect: 'Allow', Action: ['logs:*', 's3:*', 'sqs:*', 'dynamodb:GetItem'], Resource: '*' }]],
    [
      [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'dynamodb:Query', Resource: '*' },
      ],
    ],
  ])('a permissions boundary that does not allow a call: %j', async (boundary) => {
    const { denied } = await planted((stage) => {
      stage.boundary = boundary;
    });
    expect(denied).toContainEqual(expect.stringContaining('dynamodb:Query'));
  });

  it('nothing if the permissions boundary allows all calls', async () => {
    const findings = await planted((stage) => {
      stage.boundary = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    });
    expect(findings).toEqual({ unjudged: [], denied: [], unused: [], needless: [] });
  });

  it('a condition of a permissions boundary that no call carries', async () => {
    const { unjudged } = await planted((stage) => {
      const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
      stage.boundary = [{ Effect: 'Allow', Action: '*', Resource: '*', Condition }];
    });
    expect(unjudged).toEqual([expect.stringContaining('aws:MultiFactorAuthPresent')]);
  });

  it('a wildcard in an action', async () => {
    const { unjudged } = await planted(({ role }) => {
      role.read!.Action = 'dynamodb:*';
    });
    expect(unjudged).toEqual([expect.stringContaining('wildcard in an action: Role: dynamodb:*')]);
  });

  it('a condition that no call carries', async () => {
    const { unjudged } = await planted(({ role }) => {
      role.read!.Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'one' } };
    });
    expect(unjudged).toEqual([expect.stringContaining('dynamodb:LeadingKeys')]);
  });

  it.each([
    ['AWS::KMS::Key', {}],
    ['AWS::IAM::ManagedPolicy', { Roles: ['Role'], PolicyDocument: { Statement: [] } }],
    [
      'AWS::IAM::Role',
      {
        AssumeRolePolicyDocument: { Statement: [] },
        PermissionsBoundary: 'arn:aws:iam::aws:policy/Elsewhere',
      },
    ],
    ['AWS::SNS::Topic', { KmsMasterKeyId: 'alias/key' }],
    ['AWS::IAM::Role', { AssumeRolePolicyDocument: { Statement: [] }, ManagedPolicyArns: ['any'] }],
    [
      'AWS::IAM::Policy',
      {
        Roles: ['Role'],
        PolicyDocument: { Statement: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }] },
      },
    ],
  ])('%s with a part that is not evaluated', (Type, Properties) => {
    const stage = smallStage();
    stage.more.Extra = { Type, Properties };
    expect(() => resolved(stage)).toThrow();
  });
});

describe('a reason for a grant', () => {
  const reason = { holder: /^Role$/, actions: ['dynamodb:DeleteItem'], reason: 'test' };

  it('excuses the grant', async () => {
    const { unused } = await planted(
      ({ role }) => {
        role.spare = { Action: 'dynamodb:DeleteItem', Resource: arn('dynamodb', 'table/Orders') };
      },
      [reason],
    );
    expect(unused).toEqual([]);
  });

  it('must be removed with the grant', async () => {
    expect((await judge(smallStage(), [reason])).unused).toEqual([expect.stringContaining('outdated entry')]);
  });

  it('names only tests that exist', () => {
    const named = ARGUED_GRANTS.flatMap(({ reason }) => reason.match(/test\/[\w/.-]+\.ts/g) ?? []);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((file) => !existsSync(file))).toEqual([]);
  });
});
