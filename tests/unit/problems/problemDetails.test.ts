import { FaultList, PipelineError, toProblem } from '../../../lib/problems/problem';
import { problemDetails } from '../../../lib/problems/problemDetails';

it('has the meaning of the code in the title, and the message in the detail', () => {
  const error = new PipelineError('DATASET_UNKNOWN', 'There is no contract for "lettres".', {
    found: 'lettres',
    expected: 'letters',
    where: { field: 'dataset' },
    remedy: 'Use a known dataset.',
    cause: new Error('hidden'),
  });
  expect(problemDetails(toProblem(error))).toEqual({
    type: 'urn:pipeline-x:problem:dataset-unknown',
    title: 'The dataset is not known.',
    status: 404,
    detail: 'There is no contract for "lettres".',
    code: 'DATASET_UNKNOWN',
    found: 'lettres',
    expected: 'letters',
    where: { field: 'dataset' },
    remedy: 'Use a known dataset.',
    retryable: false,
  });
});

it('has every fault, and whether a retry helps', () => {
  const faults = [{ code: 'FIELD_INVALID' as const, message: 'm', where: { field: 'date' } }];
  expect(problemDetails(toProblem(new FaultList('REQUEST_INVALID', 'x', faults)))).toMatchObject({
    status: 400,
    faults,
  });
  expect(problemDetails(toProblem(new PipelineError('ANSWER_TIMEOUT', 'x')))).toMatchObject({
    status: 504,
    retryable: true,
  });
});

it('reports an error without a code as INTERNAL', () => {
  expect(problemDetails(toProblem(new TypeError('x is undefined')))).toEqual({
    type: 'urn:pipeline-x:problem:internal',
    title: 'An unexpected error occurred.',
    status: 500,
    detail: 'x is undefined',
    code: 'INTERNAL',
  });
});
