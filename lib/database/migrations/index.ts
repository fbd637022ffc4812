import { documents } from './0001-documents';
import { runs } from './0002-runs';
import { gate } from './0003-gate';
import { sourceExtracts } from './0004-source-extracts';
import { runRowKeys } from './0005-run-row-keys';
import { access } from './0006-access';
import { documentAccess } from './0007-document-access';
import { ignoredFiles } from './0008-ignored-files';
import { cancellations } from './0009-cancellations';
import { runContracts } from './0010-run-contracts';
import { removedDocuments } from './0011-removed-documents';
import { accessColumn } from './0012-access-column';
import { usage } from './0013-usage';
import { sourceOrigins } from './0014-source-origins';
import type { Migration } from './migration';

export const MIGRATIONS: readonly Migration[] = [
  documents,
  runs,
  gate,
  sourceExtracts,
  runRowKeys,
  access,
  documentAccess,
  ignoredFiles,
  cancellations,
  runContracts,
  removedDocuments,
  accessColumn,
  usage,
  sourceOrigins,
];
