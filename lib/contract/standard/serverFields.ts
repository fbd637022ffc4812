import { integer, text, uri } from './values';

/** What the fields hold that tell where a server is. */
export const SERVER_FIELDS = {
  account: text,
  catalog: text,
  database: text,
  dataset: text,
  delimiter: text,
  endpointUrl: uri,
  format: text,
  host: text,
  location: uri,
  path: text,
  port: integer,
  project: text,
  region: text,
  regionName: text,
  schema: text,
  serviceName: text,
  stagingDir: uri,
  stream: text,
  warehouse: text,
};

export type ServerField = keyof typeof SERVER_FIELDS;

/** By type: the fields that a server must have, then those that it may have. */
export const SERVER_TYPES: Record<string, [must: ServerField[], may?: ServerField[]]> = {
  api: [['location']],
  athena: [
    ['stagingDir', 'schema'],
    ['catalog', 'regionName'],
  ],
  azure: [['location', 'format'], ['delimiter']],
  bigquery: [['project', 'dataset']],
  clickhouse: [['host', 'port', 'database']],
  cloudsql: [['host', 'port', 'database', 'schema']],
  custom: [[], Object.keys(SERVER_FIELDS) as ServerField[]],
  databricks: [['catalog', 'schema'], ['host']],
  db2: [['host', 'port', 'database'], ['schema']],
  denodo: [['host', 'port'], ['database']],
  dremio: [['host', 'port'], ['schema']],
  duckdb: [['database'], ['schema']],
  glue: [
    ['account', 'database'],
    ['location', 'format'],
  ],
  hive: [['host', 'database'], ['port']],
  impala: [['host', 'database'], ['port']],
  informix: [['host', 'database'], ['port']],
  kafka: [['host'], ['format']],
  kinesis: [[], ['region', 'format']],
  local: [['path', 'format']],
  mysql: [['host', 'port', 'database']],
  oracle: [['host', 'port', 'serviceName']],
  postgres: [['host', 'port', 'database', 'schema']],
  postgresql: [['host', 'port', 'database', 'schema']],
  presto: [['host'], ['catalog', 'schema']],
  pubsub: [['project']],
  redshift: [
    ['database', 'schema'],
    ['host', 'region', 'account'],
  ],
  s3: [['location'], ['endpointUrl', 'format', 'delimiter']],
  sftp: [['location'], ['format', 'delimiter']],
  snowflake: [
    ['account', 'database', 'schema'],
    ['host', 'port', 'warehouse'],
  ],
  sqlserver: [['host', 'database', 'schema'], ['port']],
  synapse: [['host', 'port', 'database']],
  trino: [['host', 'port', 'catalog', 'schema']],
  vertica: [['host', 'port', 'database', 'schema']],
  zen: [['host', 'database'], ['port']],
};
