/** Encodes the same simulated points in each format. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { IngestFormat } from '../../../core/metrics/ingestion/formats/ingest-formats.ts';
import { METRIC_UNITS, type ServerMetrics, SIMULATED_METRICS } from '../../../core/simulator/fleet.ts';

export const FORMATS = ['json points', 'json series', 'csv', 'otlp protobuf', 'otlp json'] as const;
export type PayloadFormat = (typeof FORMATS)[number];

/** A request body in one format, with the options to decode it. */
export interface Payload {
  readonly format: IngestFormat;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Steps `from` (inclusive) to `to` of some servers. */
export interface Slice {
  readonly servers: readonly ServerMetrics[];
  readonly from: number;
  readonly to: number;
}

interface Reading {
  readonly timestamp: number;
  readonly value: number;
}

const NANOS = 1_000_000_000n;

const readings = (
  { start, stepSeconds, metrics }: ServerMetrics,
  metric: keyof typeof metrics,
  slice: Slice,
) =>
  Array.from(
    metrics[metric].subarray(slice.from, slice.to),
    (value, i): Reading => ({
      timestamp: start + (slice.from + i) * stepSeconds,
      value: Math.round(100 * value) / 100,
    }),
  );

const seriesOf = (slice: Slice) =>
  slice.servers.flatMap((data) =>
    SIMULATED_METRICS.map((metric) => ({
      ...{ target: data.server.id, metric, kind: 'gauge', unit: METRIC_UNITS[metric] },
      points: readings(data, metric, slice),
    })),
  );

const jsonPoints = (slice: Slice): string =>
  JSON.stringify({
    points: seriesOf(slice).flatMap(({ target, metric, points }) =>
      points.map((point) => ({ target, metric, ...point })),
    ),
  });

const jsonSeries = (slice: Slice): string =>
  JSON.stringify({
    series: seriesOf(slice).map(({ points, ...about }) => ({
      ...about,
      timestamps: points.map(({ timestamp }) => timestamp),
      values: points.map(({ value }) => value),
    })),
  });

const csv = (slice: Slice): string => {
  const rows = seriesOf(slice).flatMap(({ target, metric, points }) =>
    points.map(({ timestamp, value }) => `${timestamp},${target},${metric},${value}`),
  );
  return `timestamp,target,metric,value\n${rows.join('\n')}\n`;
};

const otlpJson = (slice: Slice): string =>
  JSON.stringify({
    resourceMetrics: slice.servers.map((data) => ({
      resource: { attributes: [{ key: 'host.name', value: { stringValue: data.server.id } }] },
      scopeMetrics: [
        {
          metrics: SIMULATED_METRICS.map((name) => ({
            ...{ name, unit: METRIC_UNITS[name] },
            gauge: {
              dataPoints: readings(data, name, slice).map(({ timestamp, value }) => ({
                timeUnixNano: String(BigInt(timestamp) * NANOS),
                asDouble: value,
              })),
            },
          })),
        },
      ],
    })),
  });

const nested = (writer: BinaryWriter, field: number, write: () => void): void => {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
};
const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value);
};

const writePoint = (writer: BinaryWriter, { timestamp, value }: Reading): void => {
  writer.tag(3, WireType.Bit64).fixed64(BigInt(timestamp) * NANOS);
  writer.tag(4, WireType.Bit64).double(value);
};

const writeMetric = (
  writer: BinaryWriter,
  data: ServerMetrics,
  name: (typeof SIMULATED_METRICS)[number],
  slice: Slice,
): void => {
  text(writer, 1, name);
  text(writer, 3, METRIC_UNITS[name]);
  nested(writer, 5, () => {
    for (const point of readings(data, name, slice)) nested(writer, 1, () => writePoint(writer, point));
  });
};

/** opentelemetry/proto/metrics/v1/metrics.proto, by field numbers. */
const otlpProtobuf = (slice: Slice): Uint8Array => {
  const writer = new BinaryWriter();
  for (const data of slice.servers) {
    nested(writer, 1, () => {
      nested(writer, 1, () =>
        nested(writer, 1, () => {
          text(writer, 1, 'host.name');
          nested(writer, 2, () => text(writer, 1, data.server.id));
        }),
      );
      nested(writer, 2, () => {
        for (const name of SIMULATED_METRICS) nested(writer, 2, () => writeMetric(writer, data, name, slice));
      });
    });
  }
  return writer.finish();
};

const bytesOf = (content: string): Uint8Array => Buffer.from(content);

/** Encodes a slice of a fleet. */
export const payloadOf = (format: PayloadFormat, slice: Slice): Payload => {
  switch (format) {
    case 'json points':
      return { format: 'json', contentType: 'application/json', body: bytesOf(jsonPoints(slice)) };
    case 'json series':
      return { format: 'json', contentType: 'application/json', body: bytesOf(jsonSeries(slice)) };
    case 'csv':
      return { format: 'csv', contentType: 'text/csv', body: bytesOf(csv(slice)) };
    case 'otlp protobuf':
      return { format: 'otlp', contentType: 'application/x-protobuf', body: otlpProtobuf(slice) };
    case 'otlp json':
      return { format: 'otlp', contentType: 'application/json', body: bytesOf(otlpJson(slice)) };
  }
};
