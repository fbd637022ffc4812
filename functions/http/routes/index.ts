import type { Route } from '../route';
import { listAuditRoute, meRoute } from './access';
import { askRoute } from './ask';
import { listContractVersionsRoute } from './contracts';
import { listDocumentsRoute } from './documents';
import { healthRoute, liveRoute } from './health';
import { listQuarantineRoute, showQuarantineRoute } from './quarantine';
import {
  cancelRunRoute,
  decideRunRoute,
  listRunsRoute,
  replayRunRoute,
  showRunRoute,
  showTraceRoute,
  startRunRoute,
} from './runs';
import { listUsageRoute } from './usage';

/** Every route of the API. */
export const ROUTES = [
  askRoute,
  listDocumentsRoute,
  listRunsRoute,
  showRunRoute,
  showTraceRoute,
  startRunRoute,
  replayRunRoute,
  decideRunRoute,
  cancelRunRoute,
  showQuarantineRoute,
  listQuarantineRoute,
  listContractVersionsRoute,
  healthRoute,
  liveRoute,
  meRoute,
  listAuditRoute,
  listUsageRoute,
] as unknown as readonly Route[];
