/** A resource type that the emulator refuses, and with it the whole stack. */
export interface EmulatorGap {
  readonly type: string;
  readonly lostLocally: string;
  /** Test that covers it instead. */
  readonly coveredBy: string;
}

/** Everything that stage `local` leaves out. Nothing else in the app asks whether it is deployed locally. */
export const EMULATOR_GAPS: readonly EmulatorGap[] = [
  {
    type: 'AWS::Logs::QueryDefinition',
    lostLocally: 'Saved log queries of the operations stack.',
    coveredBy: 'test/infra/operations.test.ts',
  },
];
