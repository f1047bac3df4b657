import { ByteReader, ByteWriter } from '../../shared/byte-buffer.ts';
import { InvalidInputError } from '../../shared/errors.ts';
import { type Detector, StreamingDetector } from './detector.ts';
import type { DetectorOptions } from './detector-options.ts';

/** First byte of a saved state. Increment it if the parts or their order change. */
const FORMAT = 3;
/** The format before points could wait to be learned. */
const FORMAT_WITHOUT_WAITING = 2;
const LIGHT = 0;
const FULL = 1;

/** State of a detector as bytes, without options; at most 8 KB for a light detector. */
export const serialise = (detector: Detector): Uint8Array => {
  if (!(detector instanceof StreamingDetector)) {
    throw new InvalidInputError('expected a detector made by createDetector, found another object');
  }
  const writer = new ByteWriter();
  writer.u8(FORMAT);
  writer.u8(detector.options.variant === 'light' ? LIGHT : FULL);
  detector.save(writer);
  return writer.finish();
};

/**
 * Restores a detector that continues exactly like the saved one, given the same options (the variant is in the bytes).
 * Throws InvalidInputError for another format or truncated bytes; start with a new detector then.
 */
export const restore = (bytes: Uint8Array, options: Omit<DetectorOptions, 'variant'> = {}): Detector => {
  const reader = new ByteReader(bytes);
  const format = reader.u8();
  if (format !== FORMAT && format !== FORMAT_WITHOUT_WAITING)
    throw new InvalidInputError(`expected a saved detector of format ${FORMAT}, found ${format}`);
  const variant = reader.u8() === LIGHT ? 'light' : 'full';
  const detector = new StreamingDetector({ ...options, variant });
  if (format === FORMAT) detector.load(reader);
  else detector.loadFormat2(reader);
  return detector;
};
