import { describe, expect, it } from 'vitest';
import { readTraceHeader, writeTraceHeader } from '../../../functions/runtime/tracing/trace-header.ts';

const ROOT = '1-67891233-abcdef012345678912345678';
const PARENT = '53995c3f42cd8ad8';

describe('a trace header', () => {
  it('names the trace, the segment that sent it and whether it is recorded', () => {
    const header = { root: ROOT, parent: PARENT, isRecorded: true };
    expect(readTraceHeader(`Root=${ROOT};Parent=${PARENT};Sampled=1;Lineage=1:a87bd80c:0`)).toEqual(header);
    expect(writeTraceHeader(header)).toBe(`Root=${ROOT};Parent=${PARENT};Sampled=1`);
  });

  it('may lack the segment and the decision', () => {
    const header = { root: ROOT, parent: undefined, isRecorded: false };
    expect(readTraceHeader(`Root=${ROOT}`)).toEqual(header);
    expect(writeTraceHeader(header)).toBe(`Root=${ROOT};Sampled=0`);
  });

  it.each([undefined, '', 'Root=', `Root=${ROOT}0`, `root=${ROOT}`, 'Root=1-x;Sampled=1', `${ROOT}\nforged`])(
    'is ignored if it names no trace: %j',
    (text) => {
      expect(readTraceHeader(text)).toBeUndefined();
    },
  );

  it('is read without a segment that is none', () => {
    expect(readTraceHeader(`Root=${ROOT};Parent="><script>;Sampled=1`)?.parent).toBeUndefined();
  });
});
