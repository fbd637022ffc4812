import { encodeProblem } from '../../../lib/problems/codec';
import type { Problem } from '../../../lib/problems/problem';
import { problemOf, StepFailure } from '../../../orchestrators/callStep';

const DETAILS = '\n {"$type":"System.Exception, System.Private.CoreLib","Message":"x","StackTraceString":"at here"}';
const PROBLEM: Problem = { code: 'VECTORS_UNAVAILABLE', message: 'No answer.', found: 'fetch failed' };

it('returns the problem of a StepFailure, also when only its text is left', () => {
  expect(problemOf(new StepFailure(PROBLEM))).toBe(PROBLEM);
  expect(problemOf(new Error(new StepFailure(PROBLEM).message))).toEqual(PROBLEM);
});

it('returns the problem that a step threw', () => {
  const text = `Orchestrator function 'embed' failed: Activity function 'x' failed: ${encodeProblem(PROBLEM)}${DETAILS}`;
  expect(problemOf(new Error(text))).toEqual(PROBLEM);
});

it('gives STEP_ABANDONED for a step that the host no longer starts', () => {
  const reason = `The process ended each time that the activity 'embedPart' was running.`;
  const text = `Orchestrator function 'embed' failed: Activity function 'embedPart' failed: ACTIVITY_ABANDONED: ${reason}`;
  expect(problemOf(new Error(text + DETAILS))).toMatchObject({ code: 'STEP_ABANDONED', message: reason });
});

it.each([
  ["Activity function 'plan' failed: the SOME_WORD is no code" + DETAILS, 'the SOME_WORD is no code'],
  ["The function 'plan' doesn't exist.", "The function 'plan' doesn't exist."],
])('returns STEP_FAILED for an error of the engine: %j', (text, message) => {
  expect(problemOf(new Error(text))).toEqual({ code: 'STEP_FAILED', message });
});
