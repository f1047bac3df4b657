import { createHash } from 'node:crypto';
import { FLEET_FEATURES_HASH, type Tree } from '../../../../../core/forecasts/engine/fleet/fleet-trees.ts';
import { POOL_LEVELS } from '../../../../../core/forecasts/engine/quantiles/pool-levels.ts';
import { ByteWriter } from '../../../../../core/shared/byte-buffer.ts';

/** What an artefact is made of; all but the trees has defaults that a decoder accepts. */
export interface Written {
  readonly levels: readonly (readonly Tree[])[];
  readonly mark: readonly number[];
  readonly featuresHash: string;
  readonly dataHash: string;
  readonly seed: number;
  readonly stepSeconds: { readonly min: number; readonly max: number };
  readonly maxLeadSeconds: number;
  readonly quantileLevels: readonly number[];
  readonly more: readonly number[];
}

export const DATA_HASH = 'd'.repeat(64);

/** A tree of one leaf. */
export const leafTree = (value: number): Tree => ({
  feature: new Uint8Array(0),
  threshold: new Float32Array(0),
  left: new Int16Array(0),
  right: new Int16Array(0),
  leaf: Float32Array.of(value),
});

/** A tree that gives one value up to a threshold of a feature, another one above it. */
export const splitTree = (feature: number, threshold: number, low: number, high: number): Tree => ({
  feature: Uint8Array.of(feature),
  threshold: Float32Array.of(threshold),
  left: Int16Array.of(-1),
  right: Int16Array.of(-2),
  leaf: Float32Array.of(low, high),
});

const writeTree = (writer: ByteWriter, tree: Tree): void => {
  writer.varint(tree.leaf.length);
  tree.feature.forEach((feature, split) => {
    writer.varint(feature);
    writer.f32(tree.threshold[split]!);
    writer.i16(tree.left[split]!);
    writer.i16(tree.right[split]!);
  });
  for (const value of tree.leaf) writer.f32(value);
};

/** The bytes with the digest of their content. */
export const sealed = (body: Uint8Array): Uint8Array =>
  Uint8Array.from([...body, ...createHash('sha256').update(body).digest()]);

/** Encodes an artefact, also one that a decoder must refuse. */
export const encodeTrees = (given: Partial<Written> = {}): Uint8Array => {
  const writer = new ByteWriter();
  for (const byte of given.mark ?? [0x46, 0x46, 0x54, 1]) writer.u8(byte);
  writer.text(given.featuresHash ?? FLEET_FEATURES_HASH);
  writer.text(given.dataHash ?? DATA_HASH);
  writer.varint(given.seed ?? 1);
  writer.varint(given.stepSeconds?.min ?? 60);
  writer.varint(given.stepSeconds?.max ?? 900);
  writer.varint(given.maxLeadSeconds ?? 28_800);
  const levels = given.quantileLevels ?? POOL_LEVELS;
  writer.floats(levels);
  for (const trees of given.levels ?? levels.map(() => [leafTree(0)])) {
    writer.varint(trees.length);
    for (const tree of trees) writeTree(writer, tree);
  }
  for (const byte of given.more ?? []) writer.u8(byte);
  return sealed(writer.finish());
};
