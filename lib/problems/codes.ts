/**
 * Every problem code: its meaning, its HTTP status, and whether the same call may succeed later without a change by the
 * caller. Codes are stable: callers branch on them. `docs/problems.md` is generated from this table.
 */
export interface CodeEntry {
  /** One plain sentence for every occurrence. The problem's message has the details of one occurrence. */
  title: string;
  status: number;
  retryable: boolean;
  /** Its text may quote a service behind the app, so it stays in the log: callers see code, title and remedy. */
  quotesService?: true;
}

const quoting = (entry: CodeEntry): CodeEntry => ({ ...entry, quotesService: true });
const permanent = (status: number, title: string): CodeEntry => ({ title, status, retryable: false });
const retryable = (status: number, title: string): CodeEntry => ({ title, status, retryable: true });
/** For commands on a developer's machine, never in an HTTP answer. */
const command = (title: string): CodeEntry => permanent(500, title);

const requests = {
  BODY_TOO_LARGE: permanent(413, 'The request body is too large.'),
  BODY_NOT_JSON: permanent(400, 'The request body is not JSON.'),
  REQUEST_INVALID: permanent(400, 'The request is not valid.'),
  FIELD_INVALID: permanent(400, 'A field of the request is not valid.'),
  CURSOR_INVALID: permanent(400, 'The cursor is not one that this API returned.'),
  ROUTE_NOT_FOUND: permanent(404, 'The API does not have this call.'),
  METHOD_NOT_ALLOWED: permanent(405, 'The call does not have this method.'),
  CONTENT_TYPE_UNSUPPORTED: permanent(415, 'The request body is not sent as JSON.'),
  API_UNREACHABLE: quoting(retryable(502, 'The Functions host does not answer.')),
  APP_CLOSING: retryable(503, 'The app is stopping.'),
  DISK_FULL: retryable(507, 'A disk is full.'),
  INTERNAL: quoting(permanent(500, 'An unexpected error occurred.')),
};

const access = {
  UNAUTHENTICATED: permanent(401, 'The request has no identity.'),
  TOKEN_INVALID: permanent(401, 'The identity of the request cannot be trusted.'),
  ROLE_MISSING: permanent(403, 'The caller does not have the role that the call needs.'),
  ORIGIN_REFUSED: permanent(403, 'The request comes from a web page of another site.'),
  IDENTITY_UNAVAILABLE: quoting(retryable(503, 'The sign-in service does not answer.')),
};

const runs = {
  RUN_DATE_INVALID: permanent(400, 'The date is not a calendar day.'),
  RUN_ID_INVALID: permanent(400, 'The run id is not safe in a path.'),
  RUN_NOT_FOUND: permanent(404, 'The run is not known.'),
  RUN_UNDER_WAY: permanent(409, 'A run of this partition is under way.'),
  RUN_ALREADY_ENDED: permanent(409, 'The run has already ended.'),
  RUN_CANCELLED: permanent(409, 'The run was cancelled.'),
  RUN_NOT_BLOCKED: permanent(409, 'The run does not wait for a decision.'),
  RUN_ALREADY_DECIDED: permanent(409, 'Another decision was made first.'),
  TRACE_NOT_FOUND: permanent(404, 'The trace of the run is not kept.'),
  TRACE_ELSEWHERE: permanent(404, 'The app keeps no traces where it runs.'),
  RUN_NOT_APPROVABLE: permanent(409, 'The run fails a rule that the stores rely on, so it cannot be approved.'),
  RUN_NOT_EVALUATED: permanent(500, 'The run has no verdict yet.'),
  RUN_STAGING_GONE: permanent(500, 'The staged files of the run do not exist.'),
  RUN_FAILED: quoting(permanent(500, 'The orchestration failed without naming a problem.')),
  STEP_FAILED: quoting(permanent(500, 'The orchestration engine failed to run a step.')),
  STEP_ABANDONED: permanent(500, 'The process ended each time that a step was running.'),
  RECONCILE_MISMATCH: permanent(500, 'The stores disagree about a partition.'),
};

const contracts = {
  DATASET_NAME_INVALID: permanent(400, 'The dataset name is not safe as a folder name.'),
  CONTRACT_VERSION_UNKNOWN: permanent(404, 'The version of the contract is not known.'),
  CONTRACT_VERSION_AMBIGUOUS: permanent(409, 'Several contracts have this version.'),
  CONTRACT_VERSION_ACCESS_DIFFERS: permanent(409, 'The version of the contract limits access in another way.'),
  DATASET_UNKNOWN: permanent(404, 'The dataset is not known.'),
  CONTRACTS_FOLDER_NOT_FOUND: permanent(500, 'The folder with the data contracts cannot be read.'),
  CONTRACT_INVALID: permanent(422, 'The data contract is not valid.'),
  CONTRACT_FIELD_INVALID: permanent(422, 'A field of the data contract is not valid.'),
  CONTRACT_QUERY_INVALID: permanent(422, 'A query of the data contract cannot be run.'),
  CONTRACT_FILE_UNREADABLE: permanent(500, 'The file of a data contract cannot be read.'),
  CONTRACT_AMBIGUOUS: permanent(422, 'A dataset has more than one data contract.'),
  CONTRACT_YAML_INVALID: permanent(422, 'The data contract is not valid YAML.'),
};

const sources = {
  RAW_FOLDER_NOT_FOUND: permanent(404, 'The dataset has no files for this date.'),
  RAW_NO_MATCHING_FILE: permanent(422, 'No file has a name that the contract expects.'),
  SOURCE_GZIP_BROKEN: permanent(422, 'The gzip data of a file is broken.'),
  SOURCE_TOO_LARGE: permanent(422, 'A file is larger than allowed when it is decompressed.'),
  SOURCE_ENCODING_CONTRADICTED: permanent(422, 'The encoding of a file differs from the contract.'),
  SOURCE_ENCODING_INVALID: permanent(422, 'A file has bytes that its encoding does not allow.'),
  SQL_SOURCE_CHANGED: permanent(409, 'The watermarks of the SQL source are of another query or column.'),
  SQL_SOURCE_DATE_PASSED: permanent(409, 'A later date of the SQL source is committed.'),
  SQL_SOURCE_REJECTED: quoting(permanent(422, 'The SQL source refused the statement.')),
  SQL_SOURCE_TIMEOUT: permanent(504, 'The SQL source did not answer a statement in time.'),
  SQL_SOURCE_WATERMARK_INFINITE: permanent(422, 'A watermark of the SQL source is not a finite value.'),
  SQL_SOURCE_WATERMARK_NULL: permanent(422, 'A row of the SQL source has no watermark.'),
  SQL_SOURCE_UNAVAILABLE: quoting(retryable(503, 'The SQL source does not answer.')),
};

const csv = {
  CSV_FILES_INVALID: permanent(422, 'The files of the run have faults of several kinds.'),
  CSV_FILE_CHANGED: permanent(409, 'A file was changed or removed while its run was under way.'),
  CSV_EMPTY_FILE: permanent(422, 'The file is empty.'),
  CSV_NOT_CSV: permanent(422, 'The file is not a CSV file.'),
  CSV_ENCODING_INVALID: permanent(422, 'The file is not valid UTF-8.'),
  CSV_ENCODING_UTF16: permanent(422, 'The file is UTF-16 and the contract expects UTF-8.'),
  CSV_LINE_END_UNSUPPORTED: permanent(422, 'The file has line ends that are not supported.'),
  CSV_DELIMITER_MISMATCH: permanent(422, 'The delimiter of the file differs from the contract.'),
  CSV_QUOTE_UNTERMINATED: permanent(422, 'A quoted field does not end.'),
  CSV_HEADER_QUOTE_BROKEN: permanent(422, 'The header has a broken quoted field.'),
  CSV_HEADER_MISSING_COLUMN: permanent(422, 'The header lacks a column of the contract.'),
  CSV_HEADER_RENAMED_COLUMN: permanent(422, 'A column of the contract has another name in the header.'),
  CSV_HEADER_REPEATED_COLUMN: permanent(422, 'The header has a column more than once.'),
  CSV_HEADER_UNKNOWN_COLUMN: permanent(422, 'The header has a column that the contract does not have.'),
};

const transform = {
  TRANSFORM_RANGE_UNKNOWN: permanent(500, 'The plan of the run does not have this range.'),
  TRANSFORM_FAULTY_FILE: permanent(422, 'Hardly any record of a file fits its contract.'),
  TRANSFORM_RECORDS_LOST: permanent(500, 'Two counts of the records of a range differ.'),
  DUCKDB_OUT_OF_MEMORY: permanent(500, 'The engine needs more memory than it may use.'),
  DUCKDB_SPILL_LIMIT: permanent(500, 'The engine needs more temporary disk than it may use.'),
  DUCKDB_TOO_MANY_COLUMNS: permanent(422, 'The table has more columns than the memory of the engine allows.'),
  QUALITY_RULE_TIMEOUT: permanent(422, 'A quality rule was not evaluated in time.'),
  QUALITY_GATE_CLOSED: permanent(422, 'The quality gate is closed.'),
  QUALITY_GATE_REJECTED: permanent(422, 'The run was rejected at the quality gate.'),
  QUARANTINE_UNREADABLE: permanent(500, 'A quarantine file cannot be read.'),
};

const lake = {
  LAKE_STORAGE_FORBIDDEN: quoting(permanent(500, 'The storage account denies access.')),
  LAKE_STORAGE_REFUSED: quoting(permanent(500, 'The storage account refused the request.')),
  LAKE_STORAGE_UNAVAILABLE: quoting(retryable(503, 'The storage account does not answer.')),
  LAKE_CONTAINER_NOT_FOUND: permanent(500, 'The container does not exist.'),
  LAKE_CONTAINER_BEING_DELETED: retryable(503, 'The name of a deleted container is not free yet.'),
  LAKE_OBJECT_NOT_FOUND: permanent(404, 'The object does not exist.'),
  LAKE_TABLE_NOT_FOUND: permanent(404, 'The table does not exist.'),
  LAKE_VERSION_NOT_FOUND: permanent(404, 'The table does not have this version.'),
  LAKE_RETENTION_INVALID: permanent(400, 'The retention is not a number of hours.'),
  LAKE_RESTORE_FILES_GONE: permanent(409, 'Files of the version to restore were deleted.'),
  LAKE_COMMIT_CONFLICT: permanent(409, 'Another writer changed the table first.'),
  LAKE_COMMIT_CONTENDED: retryable(503, 'Other runs kept committing to the table first.'),
  LAKE_SCHEMA_INCOMPATIBLE: permanent(422, 'The contract does not fit the schema of the table.'),
  LAKE_FILE_BROKEN: permanent(500, 'A file of the table or of a run is damaged.'),
  LAKE_LOG_BROKEN: permanent(500, 'The log of the table cannot be read.'),
  LAKE_LOG_INCOMPLETE: permanent(500, 'The log of the table has a gap.'),
  LAKE_PROTOCOL_UNSUPPORTED: permanent(500, 'The table needs features that are not supported.'),
  LAKE_PARTITIONING_UNSUPPORTED: permanent(500, 'The table is not partitioned by ingest_date.'),
  LAKE_TABLE_APPEND_ONLY: permanent(500, 'The table accepts additions only.'),
  LAKE_PART_MISSING: permanent(500, 'A part of the run is missing.'),
  LAKE_PART_NOT_FOUND: retryable(503, 'The partition does not have this part of the run.'),
};

const stores = {
  DATABASE_UNAVAILABLE: quoting(retryable(503, 'PostgreSQL does not answer.')),
  DATABASE_TIMEOUT: quoting(retryable(503, 'PostgreSQL did not answer in time.')),
  DATABASE_REJECTED: quoting(permanent(500, 'PostgreSQL refused the statement.')),
  DATABASE_VALUE_REJECTED: quoting(permanent(500, 'PostgreSQL refused a value of the statement.')),
  DATABASE_TEXT_UNTRANSLATABLE: permanent(400, 'A text has a character that PostgreSQL cannot hold.'),
  MIGRATION_MISSING: permanent(500, 'The database has a migration that this version of the app does not have.'),
  MIGRATION_CHANGED: permanent(500, 'A migration was changed after it was applied to the database.'),
  ROW_KEYS_INCOMPLETE: permanent(500, 'The rows loaded by the run are not all in PostgreSQL.'),
  VECTORS_INCOMPLETE: permanent(500, 'The chunks of the run are not all in the vector index.'),
  VECTORS_EMPTY: retryable(503, 'The vector index has nothing of documents that exist.'),
  VECTORS_UNAVAILABLE: quoting(retryable(503, 'The vector index does not answer.')),
  VECTORS_REJECTED: quoting(permanent(500, 'The vector index refused the request.')),
  VECTORS_COLLECTION_MISMATCH: permanent(500, 'The vector collection does not have the expected shape.'),
};

// 502 when the cause is the service behind the API, or the settings of the app for it.
const models = {
  QUESTIONS_TOO_MANY: retryable(429, 'Too many questions wait for an answer.'),
  EMBEDDING_UNAVAILABLE: quoting(retryable(503, 'The embedding service does not answer.')),
  EMBEDDING_RATE_LIMITED: quoting(retryable(503, 'The embedding service allows no more requests now.')),
  EMBEDDING_DENIED: quoting(permanent(502, 'The embedding service does not accept the credentials.')),
  EMBEDDING_MODEL_NOT_FOUND: quoting(permanent(502, 'The embedding service does not have the model.')),
  EMBEDDING_REJECTED: quoting(permanent(502, 'The embedding service refused the request.')),
  EMBEDDING_FILTERED: quoting(permanent(422, 'The content filter of the embedding service blocked a text.')),
  EMBEDDING_INCOMPLETE: retryable(503, 'The embedding service returned too few vectors.'),
  EMBEDDING_DIMENSIONS_MISMATCH: permanent(500, 'The embedding service returned vectors of another length.'),
  EMBEDDING_FAILED: quoting(permanent(500, 'The embedded model failed on a text.')),
  EMBEDDING_WORKER_FAILED: retryable(503, 'A worker of the embedded model stopped.'),
  EMBEDDING_CLOSED: retryable(503, 'The embedder was closed while it was in use.'),
  ANSWER_UNAVAILABLE: quoting(retryable(503, 'The answer service does not answer.')),
  ANSWER_RATE_LIMITED: quoting(retryable(503, 'The answer service allows no more requests now.')),
  ANSWER_DENIED: quoting(permanent(502, 'The answer service does not accept the credentials.')),
  ANSWER_MODEL_NOT_FOUND: quoting(permanent(502, 'The answer service does not have the model.')),
  ANSWER_REJECTED: quoting(permanent(502, 'The answer service refused the request.')),
  ANSWER_FILTERED: quoting(permanent(422, 'The content filter of the answer service blocked a text.')),
  ANSWER_INCOMPLETE: retryable(503, 'The answer ended too early.'),
  ANSWER_EMPTY: retryable(503, 'The model returned an empty answer.'),
  ANSWER_TOO_LONG: permanent(502, 'The answer of the model is too long.'),
  ANSWER_TIMEOUT: retryable(504, 'The answer took longer than the time limit.'),
  ANSWER_CANCELLED: permanent(499, 'The caller cancelled the request.'),
};

const settings = {
  CONFIGURATION_INVALID: permanent(500, 'Settings are missing or wrong.'),
  SETTING_MISSING: permanent(500, 'A setting is missing.'),
  SETTING_INVALID: permanent(500, 'A setting is not valid.'),
  SETTING_CONFLICT: permanent(500, 'Two settings contradict each other.'),
};

const commands = {
  CONTRACT_INFER_NO_COLUMNS: command('The file has no header to draft a contract from.'),
  CONTRACT_INFER_NO_RECORDS: command('The file has no values to draft a contract from.'),
  DATA_FOLDER_UNUSABLE: command('The data folder cannot be written.'),
  FUNC_NOT_FOUND: command('The func command is not on PATH.'),
  OPTION_INVALID: command('An option of the command is not valid.'),
  PLATFORM_RUNNING: command('Pipeline-X already runs on this data.'),
  PORT_INVALID: command('A setting is not a port number.'),
  PORTS_IN_USE: command('No free port was found.'),
  PACKAGE_FOLDER_IN_USE: permanent(409, 'The folder for the package has other files.'),
  PACKAGE_PART_MISSING: permanent(500, 'A part of the package for Azure is not installed.'),
  POSTGRES_UNREACHABLE: retryable(503, 'The PostgreSQL server of the settings does not answer.'),
  STORAGE_UNREACHABLE: retryable(503, 'The storage account of the settings does not answer.'),
  VECTORS_UNREACHABLE: retryable(503, 'The vector index of the settings does not answer.'),
  SERVICE_DIED: command('A service ended unexpectedly.'),
  SERVICE_NOT_STARTED: command('A service did not start.'),
  STOPPED: command('The command was stopped.'),
};

const codes = {
  ...requests,
  ...access,
  ...runs,
  ...contracts,
  ...sources,
  ...csv,
  ...transform,
  ...lake,
  ...stores,
  ...models,
  ...settings,
  ...commands,
};

export type ProblemCode = keyof typeof codes;

/** The codes in the order and under the headings of `docs/problems.md`. */
export const codeGroups: { heading: string; codes: Record<string, CodeEntry>; isOfCommands?: true }[] = [
  { heading: 'Requests', codes: requests },
  { heading: 'Access', codes: access },
  { heading: 'Runs', codes: runs },
  { heading: 'Datasets and data contracts', codes: contracts },
  { heading: 'Files and SQL sources', codes: sources },
  { heading: 'CSV', codes: csv },
  { heading: 'Transform, quality and quarantine', codes: transform },
  { heading: 'Lake', codes: lake },
  { heading: 'PostgreSQL and Qdrant', codes: stores },
  { heading: 'Embedding and answers', codes: models },
  { heading: 'Settings', codes: settings },
  { heading: 'Commands', codes: commands, isOfCommands: true },
];

/** The meaning of a code. A code from stored data that this version of the app does not know is treated as INTERNAL. */
export function codeEntry(code: string): CodeEntry {
  return Object.hasOwn(codes, code) ? codes[code as ProblemCode] : codes.INTERNAL;
}
