import { describe, expect, it } from 'vitest';
import { targetPk } from '../../../adapters/aws/dynamodb/item-key.ts';
import { FORECAST, forecastPartSk } from '../../../adapters/forecasts/item-keys.ts';
import { BLOCKS, blockKey, blockSk, hourOfBlock, ownerOf } from '../../../adapters/metrics/item-keys.ts';

describe('keys of blocks', () => {
  it('identify their owner', () => {
    const targetId = 'db.1:primary@eu_west-1';
    expect(ownerOf(targetPk('acme', targetId))).toEqual({ tenantId: 'acme', targetId });
    for (const other of ['T#acme', 'T##web-1', 'T#acme#', 'KEY#acme#web-1', ''])
      expect(ownerOf(other)).toBeUndefined();
  });

  it('differ from those of forecasts', () => {
    expect(blockSk(1).startsWith(BLOCKS)).toBe(true);
    for (const key of [FORECAST, forecastPartSk(2)]) expect(key.startsWith(BLOCKS)).toBe(false);
  });

  it('can be converted back to their hour', () => {
    for (const hour of [0, 447_000, 498_669]) expect(hourOfBlock(blockKey('acme', 'w', hour).sk)).toBe(hour);
    expect(hourOfBlock('B#never')).toBeNaN();
  });
});
