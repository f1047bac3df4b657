/** A resource type that the emulator rejects, together with the whole stack. */
export interface EmulatorGap {
  readonly type: string;
  readonly lostLocally: string;
  /** Test that covers it instead. */
  readonly coveredBy: string;
}

/** The resource types that stage `local` omits: the only difference of a local deployment. */
export const EMULATOR_GAPS: readonly EmulatorGap[] = [
  {
    type: 'AWS::Logs::QueryDefinition',
    lostLocally: 'Saved log queries of the operations stack.',
    coveredBy: 'test/infra/operations.test.ts',
  },
  {
    type: 'AWS::StepFunctions::StateMachineVersion',
    lostLocally: 'Versions of the workflow `remediate`; a running execution keeps its definition anyway.',
    coveredBy: 'test/infra/remediation-workflow.test.ts',
  },
  {
    type: 'AWS::StepFunctions::StateMachineAlias',
    lostLocally:
      'The alias by which executions of `remediate` are started; they start on the newest definition.',
    coveredBy: 'test/infra/remediation-workflow.test.ts',
  },
];
