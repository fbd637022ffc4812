import { z } from 'zod';
import { setting } from '../setting';
import { postgresUrl, url } from '../values';

export const storeSettings = {
  POSTGRES_URL: setting(postgresUrl, 'The PostgreSQL database, with user and password.', {
    example: 'postgres://user:password@host:5432/pipeline',
    isSecret: true,
  }),
  QDRANT_URL: setting(url(['http:', 'https:']), 'The Qdrant server.', { example: 'http://127.0.0.1:6333' }),
  QDRANT_API_KEY: setting(z.string().optional(), 'Key of the Qdrant server, where it wants one.', { isSecret: true }),
  QDRANT_ALIAS: setting(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'up to 64 letters, digits, hyphens, underscores')
      .default('documents'),
    'Alias of the collection that is searched.',
  ),
};
