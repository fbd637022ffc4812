import { problemResponse } from '../../../functions/http/problemResponse';
import { checkHealth } from '../../../lib/health';
import { FaultList, PipelineError, toProblem } from '../../../lib/problems/problem';
import { publicProblem } from '../../../lib/problems/publicProblem';
import { withoutUserInfo } from '../../../lib/problems/withoutUserInfo';

const SECRET = 'sk-0123456789';
const leaking = (code: 'ANSWER_DENIED' | 'DATABASE_UNAVAILABLE' | 'ANSWER_FILTERED'): PipelineError =>
  new PipelineError(code, `Incorrect API key provided: ${SECRET}`, {
    found: `postgres://me:${SECRET}@host/db`,
    remedy: 'Check the key.',
  });

it.each(['ANSWER_DENIED', 'DATABASE_UNAVAILABLE', 'ANSWER_FILTERED'] as const)(
  'leaves only code, title and remedy of %s, whose text may quote a service',
  (code) => {
    const { body } = problemResponse(leaking(code), 'request-1');
    expect(body).not.toContain(SECRET);
    expect(JSON.parse(body as string)).toMatchObject({ code, remedy: 'Check the key.', requestId: 'request-1' });
  },
);

it('leaves only code and title of what has no code of its own', () => {
  const { body } = problemResponse(new Error(`connect ECONNREFUSED http://me:${SECRET}@host`), 'request-1');
  expect(body).not.toMatch(/ECONNREFUSED|sk-/);
  expect(JSON.parse(body as string)).toMatchObject({ code: 'INTERNAL', requestId: 'request-1' });
});

it('shows the details of what the caller can correct', () => {
  const problem = toProblem(new PipelineError('REQUEST_INVALID', 'The request is not valid.', { found: '"x"' }));
  expect(publicProblem(problem, true)).toEqual(problem);
});

it.each(['CONTRACT_FIELD_INVALID', 'CONTRACT_QUERY_INVALID', 'CONTRACT_YAML_INVALID'] as const)(
  'shows each %s of a contract that is refused, with its place',
  (code) => {
    const fault = { code, message: 'It is wrong.', found: 'x', where: { file: 'a.yaml', line: 3, field: 'status' } };
    const problem = toProblem(new FaultList('CONTRACT_INVALID', 'The contract has 1 fault(s).', [fault]));
    expect(publicProblem(problem, true).faults).toEqual([fault]);
  },
);

it('hides the details of a fault of ours in an answer, and shows them in the record of a run', () => {
  const problem = toProblem(new PipelineError('TRANSFORM_RECORDS_LOST', 'Two counts differ.', { found: '3' }));
  expect(publicProblem(problem, true)).not.toHaveProperty('found');
  expect(publicProblem(problem)).toEqual(problem);
});

it('reports a failed dependency without its text, which goes to the log', async () => {
  const logged: string[] = [];
  const health = await checkHealth(
    { probes: { postgres: () => Promise.reject(leaking('DATABASE_UNAVAILABLE')) }, disks: {} },
    (line) => logged.push(line),
  );
  expect(health.status).toBe('degraded');
  expect(JSON.stringify(health)).not.toContain(SECRET);
  expect(health.dependencies[0]?.error).toContain('DATABASE_UNAVAILABLE');
  expect(logged.join()).toContain('Incorrect API key');
});

it.each([
  ['at http://user:p4ss@host:6333/x', 'at http://host:6333/x'],
  ['postgres://a:b@c@host/db?x=y@z', 'postgres://host/db?x=y@z'],
  ['mail me@example.org about https://example.org/@me', 'mail me@example.org about https://example.org/@me'],
  ['<https://token@host> and HTTP://U:P@h', '<https://host> and HTTP://h'],
])('shows %j as %j', (text, expected) => {
  expect(withoutUserInfo(text)).toBe(expected);
  expect(toProblem(new Error(text)).message).toBe(expected);
});
