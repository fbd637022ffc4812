import type { RegisteredFunction } from '../../../packages/functions-host/worker/coreContract';
import { findHttpFunction, httpFunctions } from '../../../packages/functions-host/http/httpFunctions';
import { compileRoute } from '../../../packages/functions-host/http/routeTemplate';

test.each([
  ['/api/hello', '/api/hello', {}],
  ['/api/hello', '/API/Hello/', {}],
  ['/api/hello', '/api/hello/x', undefined],
  ['/api/{name}', '/api/a%2Fb', { name: 'a/b' }],
  ['/api/{name}', '/api/', undefined],
  ['/api/{name?}', '/api', {}],
  ['/api/{name?}', '/api/x', { name: 'x' }],
  ['/api/{name=y}', '/api', { name: 'y' }],
  ['/api/{a}/{b}', '/api/1/2', { a: '1', b: '2' }],
  ['/api/{*rest}', '/api', {}],
  ['/api/{*rest}', '/api/1/2', { rest: '1/2' }],
  ['/api/v{major}.{minor}', '/api/v1.20', { major: '1', minor: '20' }],
  ['/api/a.b', '/api/axb', undefined],
  ['/api/{id:int}', '/api/-12', { id: '-12' }],
  ['/api/{id:int}', '/api/1.5', undefined],
  ['/api/{id:int}', '/api/99999999999', undefined],
  ['/api/{id:int?}', '/api', {}],
  ['/api/{id:long}', '/api/99999999999', { id: '99999999999' }],
  ['/api/{on:bool}', '/api/TRUE', { on: 'TRUE' }],
  ['/api/{on:bool}', '/api/1', undefined],
  ['/api/{id:guid}', '/api/6F9619FF-8B86-D011-B42D-00CF4FC964FF', { id: '6F9619FF-8B86-D011-B42D-00CF4FC964FF' }],
  ['/api/{id:guid}', '/api/6F9619FF', undefined],
  ['/api/{w:alpha}', '/api/word', { w: 'word' }],
  ['/api/{w:alpha}', '/api/w0rd', undefined],
  ['/api/{n:decimal}', '/api/1.5', { n: '1.5' }],
  ['/api/{d:datetime}', '/api/2024-02-29', { d: '2024-02-29' }],
  ['/api/{d:datetime}', '/api/today', undefined],
  ['/api/{w:length(3)}', '/api/abc', { w: 'abc' }],
  ['/api/{w:length(2,3)}', '/api/abcd', undefined],
  ['/api/{w:minlength(3)}', '/api/ab', undefined],
  ['/api/{w:maxlength(3)}', '/api/ab', { w: 'ab' }],
  ['/api/{n:range(1,5)}', '/api/5', { n: '5' }],
  ['/api/{n:int:min(3):max(4)}', '/api/2', undefined],
  ['/api/{n:int:min(3):max(4)}', '/api/4', { n: '4' }],
])('%s of %s gives %j', (template, path, expected) => {
  expect(compileRoute(template).match(path)).toEqual(expected);
});

test.each(['/{id:odd}', '/{id:min(x)}', '/{id:regex(^a$)}'])('the constraint in %s is refused', (template) => {
  expect(() => compileRoute(template)).toThrow('which is not supported. Supported: int, long');
});

function functionsOf(...all: [name: string, route: string | undefined, methods?: string[]][]) {
  const entries = all.map(([name, route, methods]): [string, RegisteredFunction] => [
    name,
    {
      metadata: { name, bindings: {} },
      callback: () => undefined,
      trigger: { name: 'request', type: 'httpTrigger', route, methods },
    },
  ]);
  return httpFunctions(new Map(entries), 'api', { AREA: 'north' });
}

test('literals match before constrained parameters, those before parameters, and catch-all last', () => {
  const functions = functionsOf(['rest', '{*all}'], ['any', 'x/{a}'], ['number', 'x/{a:int}'], ['literal', 'x/1']);
  const find = (path: string) => findHttpFunction(functions, 'GET', path)?.found.name;
  expect(['/api/x/1', '/api/x/2', '/api/x/y', '/api/x/y/z'].map(find)).toEqual(['literal', 'number', 'any', 'rest']);
});

test('the method selects between functions with the same route', () => {
  const functions = functionsOf(['read', 'runs', ['GET']], ['start', 'runs', ['POST']]);
  expect(findHttpFunction(functions, 'POST', '/api/runs')?.found.name).toBe('start');
  expect(findHttpFunction(functions, 'PUT', '/api/runs')).toBeUndefined();
});

test('a route may contain a setting, and defaults to the name of the function', () => {
  const functions = functionsOf(['one', '%AREA%/one'], ['two', undefined]);
  expect(functions.map(({ template }) => template).sort()).toEqual(['/api/north/one', '/api/two']);
});
