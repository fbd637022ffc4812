import { problemOf } from '../../../orchestrators/callStep';

const DETAILS = '\n {"$type":"System.Exception, System.Private.CoreLib","Message":"x","StackTraceString":"at here"}';

it.each([
  [
    "Activity function 'ensureRun' failed: VECTORS_UNAVAILABLE (QDRANT_URL): No collection now.; found fetch failed " +
      DETAILS,
    { code: 'VECTORS_UNAVAILABLE', message: 'QDRANT_URL: No collection now.; found fetch failed' },
  ],
  [
    "Orchestrator function 'embed' failed: Activity function 'embedDocuments' failed: VECTORS_UNAVAILABLE: No answer.",
    { code: 'VECTORS_UNAVAILABLE', message: 'No answer.' },
  ],
  ["Activity function 'plan' failed: no code here " + DETAILS, { code: 'STEP_FAILED', message: 'no code here' }],
  ['said plainly', { code: 'STEP_FAILED', message: 'said plainly' }],
])('tells what was thrown, without the words of the engine around it: %j', (message, problem) => {
  expect(problemOf(new Error(message))).toEqual(problem);
});
