'use strict';
const df = require('durable-functions');

df.app.activity('nothing', { handler: () => ({ ok: true }) });

df.app.orchestration('fanOut', function* (context) {
  const { count } = context.df.getInput();
  const tasks = Array.from({ length: count }, (_, i) => context.df.callActivity('nothing', { i }));
  const results = yield context.df.Task.all(tasks);
  return results.filter(({ ok }) => ok).length;
});
