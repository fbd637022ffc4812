import type { JsonObject } from '../json/jsonValue';

export const distances = ['Cosine', 'Dot', 'Euclid', 'Manhattan'] as const;
export type Distance = (typeof distances)[number];

export interface DenseVectorConfig {
  readonly size: number;
  readonly distance: Distance;
  /** on_disk, hnsw_config, quantization_config and the like: kept and echoed, without effect on exact search. */
  readonly options: JsonObject;
}

export interface SparseVectorConfig {
  readonly modifier: 'none' | 'idf';
  /** The parameters of the request, echoed. */
  readonly parameters: JsonObject;
}

/** Name of the vector of a collection whose `vectors` is one configuration instead of a map of them. */
export const unnamedVector = '';

export interface CollectionConfig {
  readonly isUnnamed: boolean;
  readonly dense: ReadonlyMap<string, DenseVectorConfig>;
  readonly sparse: ReadonlyMap<string, SparseVectorConfig>;
  /** Sections that are only echoed: hnsw_config, optimizer_config, wal_config, quantization_config, params, metadata. */
  readonly echoed: EchoedConfig;
}

export interface EchoedConfig {
  readonly params: JsonObject;
  readonly hnsw: JsonObject;
  readonly optimizer: JsonObject;
  readonly wal: JsonObject;
  readonly quantization: JsonObject | null;
  readonly strictMode: JsonObject;
  readonly metadata: JsonObject | undefined;
}

/** The values that Qdrant with default settings reports for a collection created without options. */
export const defaultEchoedConfig: EchoedConfig = {
  params: { shard_number: 1, replication_factor: 1, write_consistency_factor: 1, on_disk_payload: true },
  hnsw: { m: 16, ef_construct: 100, full_scan_threshold: 10000, max_indexing_threads: 0, on_disk: false },
  optimizer: {
    deleted_threshold: 0.2,
    vacuum_min_vector_number: 1000,
    default_segment_number: 0,
    max_segment_size: null,
    memmap_threshold: null,
    indexing_threshold: 10000,
    flush_interval_sec: 5,
    max_optimization_threads: null,
  },
  wal: { wal_capacity_mb: 32, wal_segments_ahead: 0, wal_retain_closed: 1 },
  quantization: null,
  strictMode: { enabled: false },
  metadata: undefined,
};

/** The `config` part of the answer of GET /collections/{name}. */
export function describeConfig(config: CollectionConfig): JsonObject {
  const described = [...config.dense].map(([name, { size, distance, options }]): [string, JsonObject] => [
    name,
    { size, distance, ...options },
  ]);
  const sparse = [...config.sparse].map(([name, { parameters }]): [string, JsonObject] => [name, parameters]);
  return {
    params: {
      vectors: config.isUnnamed ? (described[0]?.[1] ?? {}) : Object.fromEntries(described),
      ...config.echoed.params,
      ...(sparse.length > 0 && { sparse_vectors: Object.fromEntries(sparse) }),
    },
    hnsw_config: config.echoed.hnsw,
    optimizer_config: config.echoed.optimizer,
    wal_config: config.echoed.wal,
    quantization_config: config.echoed.quantization,
    strict_mode_config: config.echoed.strictMode,
    ...(config.echoed.metadata !== undefined && { metadata: config.echoed.metadata }),
  };
}
