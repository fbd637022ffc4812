import { documents } from './0001-documents';
import { runs } from './0002-runs';
import type { Migration } from './migration';

export const MIGRATIONS: readonly Migration[] = [documents, runs];
