import { z } from 'zod';
import { setting } from '../setting';
import { containerName, url } from '../values';

const connectionString = z
  .string()
  .regex(
    /UseDevelopmentStorage=true|(?=.*AccountName=)(?=.*AccountKey=)|(?=.*BlobEndpoint=)(?=.*SharedAccessSignature=)/,
    'a storage connection string with a key or a shared access signature',
  );

export const lakeSettings = {
  LAKE_CONNECTION_STRING: setting(
    connectionString.optional(),
    'Connection string of the storage account, with a key. Not together with LAKE_ACCOUNT_URL.',
    { example: 'DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...', isSecret: true },
  ),
  LAKE_ACCOUNT_URL: setting(
    url(['https:']).optional(),
    'Blob endpoint of the storage account, which the app opens with its own identity.',
    { example: 'https://myaccount.blob.core.windows.net' },
  ),
  LAKE_RAW_CONTAINER: setting(containerName.default('raw'), 'Container of the files as they were uploaded.'),
  LAKE_PROCESSED_CONTAINER: setting(containerName.default('processed-data'), 'Container of the Delta tables.'),
  LAKE_QUARANTINE_CONTAINER: setting(containerName.default('quarantine'), 'Container of the rejected records.'),
  LAKE_STAGING_CONTAINER: setting(containerName.default('staging'), 'Container of the files of runs under way.'),
  PARQUET_CODEC: setting(
    z.enum(['snappy', 'zstd'], 'snappy or zstd').default('snappy'),
    'Compression of new Parquet files: snappy or zstd.',
  ),
};
