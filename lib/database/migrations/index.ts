import { documents } from './0001-documents';
import { runs } from './0002-runs';
import { gate } from './0003-gate';
import { sourceExtracts } from './0004-source-extracts';
import { runRowKeys } from './0005-run-row-keys';
import { access } from './0006-access';
import { cancellations } from './0007-cancellations';
import type { Migration } from './migration';

export const MIGRATIONS: readonly Migration[] = [
  documents,
  runs,
  gate,
  sourceExtracts,
  runRowKeys,
  access,
  cancellations,
];
