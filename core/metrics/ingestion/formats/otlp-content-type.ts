export const OTLP_PROTOBUF = 'application/x-protobuf';

const mediaType = (contentType: string): string => contentType.split(';')[0]!.trim().toLowerCase();

export const isOtlpProtobuf = (contentType: string): boolean => mediaType(contentType) === OTLP_PROTOBUF;
export const isOtlpJson = (contentType: string): boolean => mediaType(contentType) === 'application/json';
