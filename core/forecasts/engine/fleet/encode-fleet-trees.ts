import { createHash } from 'node:crypto';
import { ByteWriter } from '../../../shared/byte-buffer.ts';
import { POOL_LEVELS } from '../quantiles/pool-levels.ts';
import { FLEET_FEATURES_HASH, type FleetTrees, MAGIC, type Tree } from './fleet-trees.ts';

const writeTree = (writer: ByteWriter, { feature, threshold, left, right, leaf }: Tree): void => {
  writer.varint(leaf.length);
  for (let split = 0; split < feature.length; split++) {
    writer.varint(feature[split]!);
    writer.f32(threshold[split]!);
    writer.i16(left[split]!);
    writer.i16(right[split]!);
  }
  for (const value of leaf) writer.f32(value);
};

/** The artefact that `decodeFleetTrees` reads: mark, origin, trees of each pool level, and the SHA-256 of all that. */
export const encodeFleetTrees = (trees: Omit<FleetTrees, 'id'>): Uint8Array => {
  const { dataHash, seed, stepSeconds, maxLeadSeconds, levels } = trees;
  const writer = new ByteWriter();
  for (const byte of MAGIC) writer.u8(byte);
  writer.text(FLEET_FEATURES_HASH);
  writer.text(dataHash);
  for (const number of [seed, stepSeconds.min, stepSeconds.max, maxLeadSeconds]) writer.varint(number);
  writer.floats(POOL_LEVELS);
  for (const level of levels) {
    writer.varint(level.length);
    for (const tree of level) writeTree(writer, tree);
  }
  const body = writer.finish();
  const digest = createHash('sha256').update(body).digest();
  return Uint8Array.from([...body, ...digest]);
};
