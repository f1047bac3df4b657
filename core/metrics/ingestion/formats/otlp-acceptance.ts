/** The answer to an accepted OTLP request in protobuf (opentelemetry/proto/collector/metrics/v1). */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Collected } from '../decoding/series-collector.ts';
import { isOtlpProtobuf, OTLP_PROTOBUF } from './otlp-content-type.ts';
import { lengthField, varintField } from './protobuf-message.ts';

/** Encodes an `ExportMetricsServiceResponse`; OTLP asks for `partial_success` only if something was rejected. */
export const writeOtlpResponse = (rejected: number, message: string): Uint8Array => {
  const writer = new BinaryWriter();
  if (rejected === 0 && message === '') return writer.finish();
  writer.uint32(lengthField(1)).fork();
  if (rejected > 0) writer.uint32(varintField(1)).int64(rejected);
  if (message !== '') writer.uint32(lengthField(2)).string(message);
  return writer.join().finish();
};

const messageOf = ({ rejected, unsupported }: Collected): string => {
  const kinds = unsupported === 0 ? '' : `${unsupported} points of unsupported kinds; `;
  return kinds + rejected.samples.map(({ field, message }) => `${field}: ${message}`).join('; ');
};

/** The binary answer to a binary request; undefined for OTLP/JSON, which is answered in JSON. */
export const encodeOtlpAcceptance = (contentType: string, collected: Collected) => {
  if (!isOtlpProtobuf(contentType)) return undefined;
  const rejected = collected.rejected.count + collected.unsupported;
  return { contentType: OTLP_PROTOBUF, body: writeOtlpResponse(rejected, messageOf(collected)) };
};
