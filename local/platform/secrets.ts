import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What the local servers ask of whoever calls them. Each lies in a file of the data folder that only its owner may read. */
export interface LocalSecrets {
  /** Of the API and the web app: whoever has it is the owner of the platform. */
  token: string;
  /** Of the storage account. */
  storageKey: string;
  /** Of the vector endpoint. */
  vectorKey: string;
  /** Of the Functions host's management and admin calls; another one at each start. */
  hostKey: string;
}

/** Names of the files, below the data folder. */
export const SECRET_FILES = { token: 'token', storageKey: 'storage-key', vectorKey: 'vector-key' };

/** Reads the secrets, and makes those that are missing. */
export function localSecrets(dataDirectory: string): LocalSecrets {
  const kept = (name: string, length: number, encoding: 'base64' | 'base64url'): string => {
    const file = path.join(dataDirectory, name);
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (text !== '') return text;
    const secret = randomBytes(length).toString(encoding);
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    return secret;
  };
  return {
    token: kept(SECRET_FILES.token, 24, 'base64url'),
    storageKey: kept(SECRET_FILES.storageKey, 64, 'base64'),
    vectorKey: kept(SECRET_FILES.vectorKey, 24, 'base64url'),
    hostKey: randomBytes(24).toString('base64url'),
  };
}

/**
 * Makes the data folder, readable for its owner only: it holds documents, rejected records and secrets. `parts`: the folders
 * inside that the platform writes. Other files in the folder are not changed.
 * @param isShared another system user has files of the platform inside, and must be able to pass through
 */
export function makePrivate(dataDirectory: string, parts: readonly string[], isShared: boolean): void {
  const isNew = !existsSync(dataDirectory);
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  if (isNew || existsSync(path.join(dataDirectory, SECRET_FILES.token)) || path.basename(dataDirectory) === '.local') {
    chmodSync(dataDirectory, isShared ? 0o711 : 0o700);
  }
  for (const part of parts) {
    mkdirSync(part, { recursive: true });
    chmodSync(part, 0o700);
  }
}
