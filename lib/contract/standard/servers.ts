import { z } from 'zod';
import { roles } from './organisation';
import { customProperties, fieldsOf, integer, shapeBy, stableId, text, uri } from './shapes';

/** Types of the fields that locate a server. */
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
const SERVER_TYPES: Record<string, [must: ServerField[], may?: ServerField[]]> = {
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

const described = {
  id: stableId,
  server: text,
  type: z.enum(Object.keys(SERVER_TYPES)),
  description: text.optional(),
  environment: text.optional(),
  roles,
  customProperties,
};

/** Fields that one type of server defines differently. */
const OWN: Record<string, Partial<Record<ServerField, z.ZodType>>> = {
  sftp: { location: uri.regex(/^sftp:\/\//, 'expected a URI that begins with sftp://') },
  custom: { stagingDir: text },
};

const shapes = new Map<unknown, z.ZodType>(
  Object.entries(SERVER_TYPES).map(([type, [must, may = []]]) => {
    const shapeOf = (field: ServerField) => OWN[type]?.[field] ?? SERVER_FIELDS[field];
    const fields = [
      ...must.map((field) => [field, shapeOf(field)] as const),
      ...may.map((field) => [field, shapeOf(field).optional()] as const),
    ];
    return [type, z.strictObject({ ...described, ...Object.fromEntries(fields) })];
  }),
);
// Without a known type no other field can be checked.
const other = z.looseObject(described);

export const servers = z.array(shapeBy((value) => shapes.get(fieldsOf(value)['type']) ?? other)).optional();
