import { tmpdir } from 'node:os';
import { z } from 'zod';
import { isNcrontab } from '../ncrontab';
import { setting } from '../setting';
import { containerName, folder, wholeNumber } from '../values';

export const ingestSettings = {
  CONTRACTS_DIRECTORY: setting(
    folder.default('samples/contracts'),
    "Folder of the data contracts, one YAML file each. A relative path starts at the app's folder.",
  ),
  CONTRACTS_CONTAINER: setting(
    containerName.optional(),
    'Container of the lake with the data contracts, in place of CONTRACTS_DIRECTORY: a new dataset then needs no deployment.',
    { example: 'contracts' },
  ),
  TEMPORARY_DIRECTORY: setting(
    z.string().default(tmpdir()),
    "Local folder for files under way; by default the system's folder for temporary files.",
  ),
  LOCAL_DATA_DIRECTORY: setting(
    z.string().optional(),
    'Folder of the services on this machine, set by the local platform: `/api/health` shows the free space of its disk.',
  ),
  INSTANCE_MEMORY_MEGABYTES: setting(
    wholeNumber(512, 1048576).optional(),
    'Memory of the instance or machine, in MB. If it is set, the app starts only when the activities of an instance fit into it together. The usage of runs and answers counts it, 2048 where it is not set.',
    { inAzure: '2048' },
  ),
  TEMPORARY_DISK_MEGABYTES: setting(
    wholeNumber(100, 16777216).optional(),
    'Size of the disk of TEMPORARY_DIRECTORY, in MB. If it is set, the app starts only when the files of all activities of an instance fit on it together.',
    // An instance of a Flex Consumption plan has 0.8 GB.
    { inAzure: '800' },
  ),
  DUCKDB_MEMORY_MEGABYTES: setting(
    wholeNumber(256, 65536).prefault('1024'),
    'Memory limit of one DuckDB instance, in MB.',
    { inAzure: '384' },
  ),
  DUCKDB_SPILL_MEGABYTES: setting(
    wholeNumber(16, 16777216).optional(),
    'What one DuckDB instance may write to the temporary disk past its memory limit, in MB. Without it: what the disk has.',
    { inAzure: '64' },
  ),
  RANGE_MEGABYTES: setting(
    wholeNumber(1, 1024).prefault('64'),
    'Length of the part of a file that one activity transforms, in MB. It needs about four times as much temporary disk.',
    { inAzure: '32' },
  ),
  UNPACKED_RATIO_LIMIT: setting(
    wholeNumber(1, 2000).default(200),
    'Most bytes of a decompressed file for each compressed byte; checked after the first 256 MB.',
  ),
  UNPACKED_MEGABYTES_LIMIT: setting(
    wholeNumber(1, 1048576).default(20480),
    'Largest size of one decompressed file, in MB.',
  ),
  QUALITY_RULE_TIMEOUT_SECONDS: setting(
    wholeNumber(1, 86400).default(300),
    'Time limit of one quality rule, in seconds.',
  ),
  BLOCK_CACHE_MEGABYTES: setting(
    wholeNumber(0, 1048576).default(0),
    'Local disk for blocks that a scan has read and transforms on the same instance use, in MB; 0 keeps nothing.',
  ),
  // Not over six days: past that a durable timer becomes a chain of timers, which not every host can make.
  GATE_DECISION_TIMEOUT_HOURS: setting(
    wholeNumber(0, 144).default(24),
    'Hours that a run with a closed quality gate waits for a decision; 0 ends it at once.',
  ),
};

export const scheduleSettings = {
  INGEST_SCHEDULE: setting(
    z.string().refine(isNcrontab, 'six NCRONTAB fields: second minute hour day month weekday').default('0 0 1 * * *'),
    'When the day that has ended is ingested, UTC: second minute hour day month weekday.',
    { example: '0 0 1 * * *' },
  ),
};
