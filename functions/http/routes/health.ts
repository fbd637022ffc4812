import { health, live } from '../../../lib/api/health';
import { checkHealth } from '../../../lib/health';
import { defineRoute } from '../route';

export const healthRoute = defineRoute({
  name: 'health',
  method: 'GET',
  path: 'health',
  summary: 'Checks each dependency and measures its latency.',
  role: 'anyone',
  request: {},
  response: { status: 200, body: health, otherwise: { status: 503, when: 'a dependency is not reachable' } },
  problems: [],
  example: {},
  handler: async (_request, { app, logError }) => {
    const body = await checkHealth(app, logError);
    return { body, status: body.status === 'ok' ? 200 : 503 };
  },
});

export const liveRoute = defineRoute({
  name: 'live',
  method: 'GET',
  path: 'live',
  summary: 'Answers as long as the app takes requests. It asks no dependency.',
  role: 'anyone',
  request: {},
  response: { status: 200, body: live },
  problems: [],
  example: {},
  handler: async () => ({ body: { status: 'ok' as const } }),
});
