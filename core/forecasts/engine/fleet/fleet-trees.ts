import { createHash } from 'node:crypto';
import { ByteReader } from '../../../shared/byte-buffer.ts';
import { contentHash } from '../../../shared/content-hash.ts';
import { InvalidInputError } from '../../../shared/errors.ts';
import { POOL_LEVELS } from '../quantiles/pool-levels.ts';
import { FLEET_FEATURES } from './fleet-features.ts';

/** Identifies the list of features: trees serve only the list that they were trained on. */
export const FLEET_FEATURES_HASH = contentHash(FLEET_FEATURES.join());

/** First bytes of an artefact: "FFT" and the version of its format. */
export const MAGIC = [0x46, 0x46, 0x54, 1] as const;
const DIGEST_BYTES = 32;
const MAX_LEAVES = 256;
const ID_DIGITS = 12;

/** A regression tree. Splits are numbered from the root; a child below zero is the leaf `~child`. */
export interface Tree {
  readonly feature: Uint8Array;
  /** A value goes left if it is at most the threshold. */
  readonly threshold: Float32Array;
  readonly left: Int16Array;
  readonly right: Int16Array;
  readonly leaf: Float32Array;
}

/** Gradient-boosted trees for each pool level, trained on many servers, with their origin. */
export interface FleetTrees {
  /** First digits of the artefact's SHA-256. */
  readonly id: string;
  /** SHA-256 of the training rows. */
  readonly dataHash: string;
  readonly seed: number;
  /** Steps of the series that the trees were trained on. */
  readonly stepSeconds: { readonly min: number; readonly max: number };
  /** The longest lead that they were trained on. */
  readonly maxLeadSeconds: number;
  /** For each pool level, the trees whose sum is its correction. */
  readonly levels: readonly (readonly Tree[])[];
}

const refuse = (what: string): never => {
  throw new InvalidInputError(what);
};

const expectEqual = (found: string | number, expected: string | number, what: string): void => {
  if (found !== expected) refuse(`expected ${what} ${expected}, found ${found}`);
};

const finite = (value: number, what: string): number =>
  Number.isFinite(value) ? value : refuse(`${what} is ${value}`);

/** A child of a split: a later split or a leaf, so that every walk ends at a leaf. */
const readChild = (reader: ByteReader, split: number, splits: number): number => {
  const child = reader.i16();
  const isKnown = child >= 0 ? child > split && child < splits : ~child <= splits;
  return isKnown ? child : refuse(`split ${split} of a tree with ${splits} splits has the child ${child}`);
};

const readTree = (reader: ByteReader): Tree => {
  const leaves = reader.varint();
  if (leaves < 1 || leaves > MAX_LEAVES) refuse(`a tree has ${leaves} leaves`);
  const splits = leaves - 1;
  const tree: Tree = {
    feature: new Uint8Array(splits),
    threshold: new Float32Array(splits),
    left: new Int16Array(splits),
    right: new Int16Array(splits),
    leaf: new Float32Array(leaves),
  };
  for (let split = 0; split < splits; split++) {
    tree.feature[split] = reader.varintBelow(FLEET_FEATURES.length);
    tree.threshold[split] = finite(reader.f32(), 'a threshold');
    tree.left[split] = readChild(reader, split, splits);
    tree.right[split] = readChild(reader, split, splits);
  }
  for (let leaf = 0; leaf < leaves; leaf++) tree.leaf[leaf] = finite(reader.f32(), 'a leaf');
  return tree;
};

const readTrees = (reader: ByteReader, id: string): FleetTrees => {
  expectEqual(reader.text(), FLEET_FEATURES_HASH, 'the features');
  const dataHash = reader.text();
  const seed = reader.varint();
  const stepSeconds = { min: reader.varint(), max: reader.varint() };
  const maxLeadSeconds = reader.varint();
  const levels = Array.from(reader.floats());
  expectEqual(levels.join(), POOL_LEVELS.join(), 'the quantile levels');
  const trees = levels.map(() => reader.items(() => readTree(reader)));
  if (!reader.atEnd) refuse('bytes follow its last tree');
  return { id, dataHash, seed, stepSeconds, maxLeadSeconds, levels: trees };
};

const decode = (bytes: Uint8Array): FleetTrees => {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) refuse(`it is no fleet model of format ${MAGIC[3]}`);
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  const digest = createHash('sha256').update(body).digest();
  if (digest.some((byte, i) => bytes[body.length + i] !== byte))
    refuse('its content does not match its digest');
  return readTrees(new ByteReader(body.subarray(MAGIC.length)), digest.toString('hex').slice(0, ID_DIGITS));
};

/**
 * Decodes and checks an artefact. @throws InvalidInputError if its digest or any part is wrong, or if it was trained on
 * other features or quantile levels
 */
export const decodeFleetTrees = (bytes: Uint8Array): FleetTrees => {
  try {
    return decode(bytes);
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    const message = `the fleet model cannot be used: ${cause.message}; train it again or restore the file`;
    throw new InvalidInputError(message, { cause });
  }
};
