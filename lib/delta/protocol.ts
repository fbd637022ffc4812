import { PipelineError } from '../problems/problem';
import type { AddFile, DeltaSchema, MetaData, Protocol } from './deltaActions';
import { logFolder } from '../lakehouse/paths';

/** What our tables require of readers and writers: as little as possible, so that most tools can open them. */
export const OWN_PROTOCOL: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/** Features of writer version 2; with version 7 they are named. A writer does not have to act on unused ones. */
const KNOWN_WRITER_FEATURES = ['appendOnly', 'invariants'];

/** Refuses tables that would be read wrongly: LAKE_PROTOCOL_UNSUPPORTED. */
export function requireReadable(protocol: Protocol, metaData: MetaData, dataset: string): void {
  const { minReaderVersion: version, readerFeatures = [] } = protocol;
  const mapping = metaData.configuration['delta.columnMapping.mode'] ?? 'none';
  if (version === 1 || (version === 2 && mapping === 'none')) return;
  if (version === 3 && readerFeatures.length === 0) return;
  const needed = [...(version === 2 ? [`column mapping ${mapping}`] : []), ...readerFeatures].join(', ');
  throw unsupported(dataset, `reader version ${version}${needed === '' ? '' : ` with ${needed}`}`, 'reader version 1');
}

/** A deletion vector needs a reader feature, but nothing keeps a writer from leaving that out: LAKE_PROTOCOL_UNSUPPORTED. */
export function requireNoDeletionVectors(files: Iterable<AddFile>, dataset: string): void {
  for (const { path, deletionVector } of files) {
    if (deletionVector === undefined) continue;
    throw unsupported(dataset, `deleted rows in ${path}`, 'files without deletion vectors');
  }
}

/**
 * Refuses tables on which replacing a partition would break their guarantees: LAKE_PROTOCOL_UNSUPPORTED,
 * LAKE_TABLE_APPEND_ONLY, LAKE_PARTITIONING_UNSUPPORTED.
 */
export function requireWritable(protocol: Protocol, metaData: MetaData, schema: DeltaSchema, dataset: string): void {
  const { minWriterVersion: version, writerFeatures = [] } = protocol;
  const unknown = writerFeatures.filter((feature) => !KNOWN_WRITER_FEATURES.includes(feature));
  if (version > 2 && (version !== 7 || unknown.length > 0)) {
    throw unsupported(
      dataset,
      `writer version ${version}${unknown.length > 0 ? ` with ${unknown.join(', ')}` : ''}`,
      'writer version 2',
    );
  }
  const invariant = schema.fields.find((field) => 'delta.invariants' in field.metadata);
  if (invariant !== undefined) {
    throw unsupported(
      dataset,
      `an invariant on column ${invariant.name}`,
      "no invariants: rules belong in the dataset's contract",
    );
  }
  const where = { file: logFolder(dataset) };
  if (metaData.configuration['delta.appendOnly'] === 'true') {
    throw new PipelineError(
      'LAKE_TABLE_APPEND_ONLY',
      'The table accepts additions only, but a run replaces a partition.',
      {
        found: 'delta.appendOnly = true',
        where,
        remedy: 'Remove the property from the table.',
      },
    );
  }
  if (metaData.partitionColumns.join() !== 'ingest_date') {
    throw new PipelineError('LAKE_PARTITIONING_UNSUPPORTED', 'The table is not partitioned by ingest_date.', {
      found: metaData.partitionColumns.join(', ') || 'no partitions',
      expected: 'ingest_date',
      where,
      remedy: 'Give the dataset another name: its folder holds another table.',
    });
  }
}

function unsupported(dataset: string, found: string, expected: string): PipelineError {
  return new PipelineError(
    'LAKE_PROTOCOL_UNSUPPORTED',
    'The table uses a feature of another writer that is not supported.',
    {
      found,
      expected,
      where: { file: logFolder(dataset) },
      remedy: 'Turn off features such as deletion vectors, column mapping and constraints on this table.',
    },
  );
}
