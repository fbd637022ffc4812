import type { Route } from '../route';
import { askRoute } from './ask';
import { listDocumentsRoute } from './documents';
import { healthRoute } from './health';
import { listQuarantineRoute, showQuarantineRoute } from './quarantine';
import { decideRunRoute, listRunsRoute, replayRunRoute, showRunRoute, startRunRoute } from './runs';

/** Every route of the API. */
export const ROUTES = [
  askRoute,
  listDocumentsRoute,
  listRunsRoute,
  showRunRoute,
  startRunRoute,
  replayRunRoute,
  decideRunRoute,
  showQuarantineRoute,
  listQuarantineRoute,
  healthRoute,
] as unknown as readonly Route[];
