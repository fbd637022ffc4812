import * as df from 'durable-functions';
import { startDue } from '../lib/ingest/startDue';
import { durableOrchestration } from './durableOrchestration';
import { theApp } from './theApp';

/** Every night, starts the ingest of the day that has just ended, for each dataset that has data for it. */
df.app.client.timer('nightlyIngest', {
  schedule: '%INGEST_SCHEDULE%',
  handler: (_timer, client, context) =>
    startDue(theApp().steps, durableOrchestration(client), new Date(), (line) => context.log(line)),
});
