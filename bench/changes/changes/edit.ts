import type { ChangeContext } from '../../../core/changes/risk/engine/change-features.ts';
import type { RandomStream } from '../../../core/simulator/random.ts';

/** A setting that an edit changes. */
export interface EditedSetting {
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly recreates?: 'Always' | 'Conditionally';
}

export interface EditedStatement {
  readonly given: boolean;
  readonly actions: readonly string[];
  readonly resource: string;
}

export interface EditedRule {
  readonly added: boolean;
  readonly port: number;
  readonly peer: string;
}

/** One resource that a synthetic deployment adds, changes or removes. */
export interface Edit {
  readonly type: string;
  readonly name: string;
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly replacement?: 'True' | 'Conditional';
  readonly disposal?: 'Delete' | 'Retain' | 'Snapshot';
  readonly settings?: readonly EditedSetting[];
  readonly statements?: readonly EditedStatement[];
  readonly rules?: readonly EditedRule[];
}

/** A scenario of deployments. Its list determines whether it goes well, not its visible edits. */
export interface Story {
  readonly name: string;
  /** Frequency relative to the others in its list. */
  readonly share: number;
  readonly edits: (draw: RandomStream) => readonly Edit[];
  readonly context?: ChangeContext;
  /** True if no description of the change shows the cause of the failure, such as a bug in code. */
  readonly isHidden?: true;
}

const NAMES = [
  'Orders',
  'Billing',
  'Search',
  'Mail',
  'Users',
  'Reports',
  'Stock',
  'Export',
  'Pricing',
  'Audit',
];

export const anyName = (draw: RandomStream, suffix: string): string =>
  `${NAMES[draw.below(NAMES.length)]!}${suffix}`;

export const modify = (type: string, name: string, ...settings: EditedSetting[]): Edit => ({
  ...{ type: `AWS::${type}`, name, action: 'Modify', settings },
});

/** A setting that forces a new resource; the policy decides about the old one. */
export const replace = (
  type: string,
  name: string,
  setting: string,
  disposal: NonNullable<Edit['disposal']>,
): Edit => ({
  ...{ type: `AWS::${type}`, name, action: 'Modify', replacement: 'True', disposal },
  settings: [{ name: setting, before: 'old', after: 'new', recreates: 'Always' }],
});

export const remove = (type: string, name: string, disposal: Edit['disposal'] = 'Delete'): Edit => ({
  ...{ type: `AWS::${type}`, name, action: 'Remove', disposal },
});

export const add = (type: string, name: string): Edit => ({ type: `AWS::${type}`, name, action: 'Add' });

export const newCode = (draw: RandomStream): Edit =>
  modify('Lambda::Function', anyName(draw, 'Handler'), {
    name: 'Code',
    before: { S3Key: `${draw.nextUint32().toString(16)}.zip` },
    after: { S3Key: `${draw.nextUint32().toString(16)}.zip` },
  });

export const policy = (draw: RandomStream, ...statements: EditedStatement[]): Edit => ({
  ...modify('IAM::Policy', anyName(draw, 'Policy'), { name: 'PolicyDocument' }),
  statements,
});

export const group = (draw: RandomStream, ...rules: EditedRule[]): Edit => ({
  ...modify('EC2::SecurityGroup', anyName(draw, 'Group'), { name: 'SecurityGroupIngress' }),
  rules,
});
