import { app } from '@azure/functions';
import { checkHealth } from '../../lib/health';
import { theApp } from '../theApp';
import { answeringProblems } from './problemResponse';

/** `GET /api/health`: each dependency with its latency; 503 when one is out of reach. */
app.http('health', {
  route: 'health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answeringProblems(async (_request, _context) => {
    const health = await checkHealth(theApp().probes);
    return { status: health.status === 'ok' ? 200 : 503, jsonBody: health };
  }),
});
