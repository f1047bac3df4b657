import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBlockChanges } from '../../../adapters/metrics/changed-blocks.ts';
import { blockKey, hourOfBlock, ownerOf } from '../../../adapters/metrics/item-keys.ts';
import { InvalidInputError } from '../../../core/shared/errors.ts';

/** 2026-11-21T10. */
const HOUR = 498_682;
const bytes = Uint8Array.of(1, 2, 3);
const record = (over: object = {}, dynamodb: object = {}) => ({
  eventName: 'MODIFY',
  dynamodb: {
    SequenceNumber: '111',
    Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: 'B#2026-11-21T10' } },
    NewImage: { data: { B: Buffer.from(bytes).toString('base64') }, v: { N: '7' } },
    ...dynamodb,
  },
  ...over,
});
const changesOf = (...Records: readonly unknown[]) => readBlockChanges({ Records });

describe('changes of blocks', () => {
  it('name target, hour, content and version of each block', () => {
    expect(changesOf(record(), record({ eventName: 'INSERT' }, { SequenceNumber: '112' }))).toEqual({
      changed: ['111', '112'].map((recordId) => ({
        recordId,
        block: {
          ...{ key: { tenantId: 'acme', targetId: 'web-1', hour: HOUR }, version: 7 },
          bytes: Buffer.from(bytes),
        },
      })),
      unreadable: [],
    });
  });

  it('omit blocks that were removed, and items of other kinds', () => {
    const removed = record({ eventName: 'REMOVE' }, { NewImage: undefined });
    const other = record({}, { Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: 'D' } } });
    expect(changesOf(removed, other)).toEqual({ changed: [], unreadable: [] });
  });

  it.each([
    [
      'whose keys name no hour',
      record({}, { Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: 'B#soon' } } }),
      'the keys name no target and hour',
    ],
    [
      'whose keys name no target',
      record({}, { Keys: { pk: { S: 'T#acme' }, sk: { S: 'B#2026-11-21T10' } } }),
      'the keys name no target and hour',
    ],
    ['without keys', record({}, { Keys: {} }), 'pk'],
    ['without its new content', record({}, { NewImage: undefined }), 'NewImage'],
    ['whose bytes are not base64', record({}, { NewImage: { data: { B: '*' }, v: { N: '7' } } }), 'data'],
    ['whose version is not a number', record({}, { NewImage: { data: { B: '' }, v: { N: '7a' } } }), 'v'],
    ['without a kind', { dynamodb: record().dynamodb }, 'eventName'],
  ])('report one %s, and read the others', (_, damaged, reason) => {
    const { changed, unreadable } = changesOf(damaged, record({}, { SequenceNumber: '112' }));
    expect(changed.map(({ recordId }) => recordId)).toEqual(['112']);
    expect(unreadable).toMatchObject([{ recordId: '111', reason: expect.stringContaining(reason) }]);
  });

  it('summarise an unreadable record by its keys, without its bytes', () => {
    const [first] = changesOf(record({}, { NewImage: { data: { B: 'AQID' }, v: {} } })).unreadable;
    expect(JSON.parse(first?.summary ?? '')).toEqual({
      ...{ sequenceNumber: '111', eventName: 'MODIFY' },
      dynamodb: { Keys: { pk: { S: 'T#acme#web-1' }, sk: { S: 'B#2026-11-21T10' } } },
    });
    const [second] = changesOf({ dynamodb: { SequenceNumber: '5' } }).unreadable;
    expect(JSON.parse(second?.summary ?? '')).toEqual({ sequenceNumber: '5' });
  });

  it.each([
    [{}],
    ['text'],
    [record({}, { SequenceNumber: '' })],
    [record({}, { SequenceNumber: undefined })],
  ])('report a record that cannot be named: %j', (nameless) => {
    expect(changesOf(nameless).unreadable).toMatchObject([
      { recordId: '', reason: 'the record has no sequence number' },
    ]);
  });

  it.each([[{}], [{ Records: 'none' }], [undefined]])('reject %j, which is not a batch', (event) => {
    expect(() => readBlockChanges(event)).toThrow(InvalidInputError);
    expect(() => readBlockChanges(event)).toThrow(expect.objectContaining({ cause: expect.anything() }));
  });
});

describe('the keys of a block', () => {
  it('can be converted back to its target and hour', () => {
    const targetId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,20}$/);
    fc.assert(
      fc.property(targetId, fc.integer({ min: 0, max: 900_000 }), (id, hour) => {
        const { pk, sk } = blockKey('acme', id, hour);
        expect([ownerOf(pk), hourOfBlock(sk)]).toEqual([{ tenantId: 'acme', targetId: id }, hour]);
      }),
    );
  });

  it.each(['', 'T#', 'T#acme', 'T#acme#', 'xT#acme#web-1', 'T##web-1', 'TENANTS'])('are not %j', (pk) => {
    expect(ownerOf(pk)).toBeUndefined();
  });

  it('accept any name of a target', () => {
    expect(ownerOf('T#acme#a#b')).toEqual({ tenantId: 'acme', targetId: 'a#b' });
  });
});
