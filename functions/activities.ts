import * as df from 'durable-functions';
import { performStep } from '../lib/ingest/perform/performStep';
import { STEP_NAMES, type StepName, type Steps } from '../lib/ingest/registry';
import { theApp } from './theApp';

for (const name of STEP_NAMES) {
  df.app.activity(name, {
    handler: (input: Steps[StepName]['input'], context) =>
      performStep(theApp().steps, name, input, context, context.traceContext?.traceParent),
  });
}
