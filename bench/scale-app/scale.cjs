'use strict';
// The app's own compiled orchestrators with activities that do nothing or almost nothing.
const { app } = require('@azure/functions');
const df = require('durable-functions');
const { ACTIVITIES } = require('../../dist/bench/scale-app/activities.js');
const { asked } = require('../../dist/bench/scale-app/stubStores.js');
const { INGEST, ingest } = require('../../dist/orchestrators/ingest.js');
const { PLANNING, planning } = require('../../dist/orchestrators/planning.js');
const { SPREAD, spreadOrchestration } = require('../../dist/orchestrators/spread.js');
const streams = require('../../dist/orchestrators/streams.js');

/** Number of events in the history of each instance at its last replay, and counters of the work so far. */
const histories = new Map();
const counters = { replays: 0, activities: 0 };

function measured(orchestrator) {
  return function* (context) {
    const history = context.df.state;
    if (!Array.isArray(history))
      throw new Error('this version of durable-functions keeps its history in another place');
    counters.replays += 1;
    histories.set(context.df.instanceId, history.length);
    return yield* orchestrator(context);
  };
}

df.app.orchestration(INGEST, measured(ingest));
df.app.orchestration(PLANNING, measured(planning));
df.app.orchestration(SPREAD, measured(spreadOrchestration));
df.app.orchestration(streams.METADATA_STREAM, measured(streams.metadataStream));
df.app.orchestration(streams.EMBEDDING_STREAM, measured(streams.embeddingStream));

for (const [name, work] of Object.entries(ACTIVITIES)) {
  df.app.activity(name, {
    handler: async (input) => {
      counters.activities += 1;
      return { ok: true, result: await work(input) };
    },
  });
}

app.http('statistics', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => {
    const lengths = [...histories.values()];
    const { user, system } = process.cpuUsage();
    return {
      jsonBody: {
        ...counters,
        staleRequests: asked.requests,
        staleBytes: asked.bytes,
        instances: lengths.length,
        historyEvents: lengths.reduce((sum, length) => sum + length, 0),
        longestHistory: lengths.reduce((most, length) => Math.max(most, length), 0),
        processorSeconds: (user + system) / 1e6,
        memoryInBytes: process.memoryUsage().rss,
      },
    };
  },
});
