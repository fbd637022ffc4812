import { usageDays, usageQuery } from '../../../lib/api/usage';
import { describeDays } from '../../../lib/runs/describeUsage';
import { defineRoute } from '../route';
import { SAMPLE } from '../sampleRequests';

export const listUsageRoute = defineRoute({
  name: 'listUsage',
  method: 'GET',
  path: 'usage',
  summary: 'Shows what runs and answers used on each day, and what that costs at list prices.',
  role: 'operator',
  request: { query: usageQuery },
  response: { status: 200, body: usageDays },
  problems: ['DATABASE_UNAVAILABLE'],
  example: { query: { from: SAMPLE.date, to: SAMPLE.date } },
  handler: async ({ query }, { app }) => ({
    body: { days: describeDays(await app.usages.byDay(query), app.prices) },
  }),
});
