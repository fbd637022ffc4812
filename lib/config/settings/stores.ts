import { z } from 'zod';
import { setting } from '../setting';
import { certificate, postgresUrl, url, wholeNumber } from '../values';

export const storeSettings = {
  POSTGRES_AUTHENTICATION: setting(
    z.enum(['password', 'identity'], 'password or identity').default('password'),
    'password: POSTGRES_URL holds user and password. identity: the app signs in with tokens of its own identity (Entra ID) and always by TLS.',
  ),
  POSTGRES_URL: setting(
    postgresUrl.optional(),
    'The PostgreSQL database, with user and password. Only with POSTGRES_AUTHENTICATION=password.',
    { example: 'postgres://user:password@host:5432/pipeline', isSecret: true },
  ),
  POSTGRES_HOST: setting(z.string().optional(), 'The PostgreSQL server. Only with POSTGRES_AUTHENTICATION=identity.', {
    example: 'myserver.postgres.database.azure.com',
  }),
  POSTGRES_PORT: setting(wholeNumber(1, 65535).prefault('5432'), 'Port of the server in POSTGRES_HOST.'),
  POSTGRES_DATABASE: setting(z.string().optional(), 'Database on the server in POSTGRES_HOST.', {
    example: 'pipeline',
  }),
  POSTGRES_USER: setting(z.string().optional(), "The role of the app's identity on the server in POSTGRES_HOST.", {
    example: 'id-pipeline-x',
  }),
  POSTGRES_CONNECTIONS: setting(
    wholeNumber(1, 100).prefault('8'),
    'Connections to PostgreSQL of one process for the steps of runs.',
    { inAzure: '3' },
  ),
  POSTGRES_REQUEST_CONNECTIONS: setting(
    wholeNumber(1, 100).prefault('4'),
    'Connections of one process for requests to the API, apart from those of the steps.',
    { inAzure: '2' },
  ),
  REQUEST_QUERY_TIMEOUT_SECONDS: setting(
    wholeNumber(1, 300).prefault('10'),
    'Time limit of a query for a request to the API. A wait for a lock ends after at most 3 seconds.',
  ),
  QDRANT_URL: setting(url(['http:', 'https:']), 'The Qdrant server.', { example: 'http://127.0.0.1:6333' }),
  QDRANT_API_KEY: setting(z.string().optional(), 'Key of the Qdrant server, where it wants one.', { isSecret: true }),
  QDRANT_CERTIFICATE: setting(
    certificate.optional(),
    'Certificate of a Qdrant server that no public authority has signed, as base64 of PEM. Needs Node.js 22.19 or newer.',
  ),
  QDRANT_ALIAS: setting(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'up to 64 letters, digits, hyphens, underscores')
      .default('documents'),
    'Alias of the collection that is searched.',
  ),
  QDRANT_HNSW_EF: setting(
    wholeNumber(1, 10_000).prefault('512'),
    'Candidates that a dense search of Qdrant keeps. More find more of the exact answer and take longer.',
  ),
  QDRANT_COMPRESSION: setting(
    z.enum(['auto', 'on', 'off'], 'auto, on or off').default('auto'),
    'Whether Qdrant may compress its answers. auto: unless it runs on this machine.',
  ),
};
