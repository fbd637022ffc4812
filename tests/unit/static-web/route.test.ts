import { routeOf, runPath } from '../../../static-web/src/route';

it.each([
  ['/', { page: 'ask' }],
  ['/index.html', { page: 'ask' }],
  ['/runs', { page: 'runs' }],
  ['/runs/', { page: 'runs' }],
  ['/runs/ingest-speeches-2024-01-15', { page: 'run', id: 'ingest-speeches-2024-01-15' }],
  ['/documents', { page: 'documents' }],
  ['/documents/1', { page: 'notFound' }],
  ['/runs/a/b', { page: 'notFound' }],
  ['/runs/%E0%A4%A', { page: 'notFound' }],
  ['/elsewhere', { page: 'notFound' }],
])('reads %s', (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

it('reads its own address of a run, whatever its id contains', () => {
  const id = 'ingest-a/b c?d#é-2024-01-15';
  expect(routeOf(new URL(runPath(id), 'http://localhost').pathname)).toEqual({ page: 'run', id });
});
