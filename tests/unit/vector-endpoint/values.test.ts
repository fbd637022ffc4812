import fc from 'fast-check';
import { comparePointIds, parsePointId, readPointId } from '../../../packages/vector-endpoint/collections/pointId';
import { tokenizerOf, matchesTokens, tokenize } from '../../../packages/vector-endpoint/collections/textIndex';
import { microsecondsOf } from '../../../packages/vector-endpoint/filter/datetime';
import { shortestFloat32 } from '../../../packages/vector-endpoint/json/float32';
import { mergeAt, parseJsonPath, removeAt, valuesAt } from '../../../packages/vector-endpoint/json/jsonPath';
import { Router } from '../../../packages/vector-endpoint/router';

describe('32-bit floats', () => {
  it('are written with the fewest digits that read back as the same float', () => {
    expect(shortestFloat32(1 / 3)).toBe(0.33333334);
    expect(shortestFloat32(0.1)).toBe(0.1);
    expect(shortestFloat32(-17)).toBe(-17);
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(shortestFloat32(value))).toBe(value);
        expect(String(shortestFloat32(value)).length).toBeLessThanOrEqual(String(value).length);
      }),
    );
  });
});

describe('date-times', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1970-01-01', 0],
    ['1970-01-01 00:00:01', 1_000_000],
    ['1970-01-01T00:01', 60_000_000],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1970-01-01T01:00:00+0100', 0],
    ['1969-12-31T23:30:00-00:30', 0],
    ['1970-01-01T00:00:00.123456789Z', 123_456],
    ['1969-12-31T23:59:59.5Z', -500_000],
  ])('%s is %d microseconds', (text, microseconds) => {
    expect(microsecondsOf(text)).toBe(microseconds);
  });

  it.each([
    '',
    'yesterday',
    '2021-02-30',
    '2021-13-01',
    '2021-01-01T24:00:00Z',
    '2021-01-01T00:00Z',
    '21-01-01',
    '2021-1-1',
  ])('%j is not a date-time', (text) => {
    expect(microsecondsOf(text)).toBeUndefined();
  });
});

describe('point ids', () => {
  it('read back from their own text, in the same order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(), fc.uuid())), (ids) => {
        ids.forEach((id) => expect([readPointId(id), parsePointId(String(id))]).toEqual([id, id]));
        const sorted = [...ids].sort(comparePointIds);
        const numbers = sorted.filter((id) => typeof id === 'number');
        expect(sorted.slice(0, numbers.length)).toEqual([...numbers].sort((left, right) => left - right));
        expect(sorted.slice(numbers.length)).toEqual(ids.filter((id) => typeof id === 'string').sort());
      }),
    );
  });

  it.each(['', '-1', '1.5', 'abc', '99999999999999999999', '550e8400-e29b-41d4-a716'])('are not %j', (text) => {
    expect(parsePointId(text)).toBeUndefined();
  });
});

describe('payload paths', () => {
  const payload = () => ({ a: { b: [{ c: 1 }, { c: [2, 3] }, 4] }, 'x.y': { z: null } });

  it.each([
    ['a.b[].c', [1, [2, 3]]],
    ['a.b[1].c[]', [2, 3]],
    ['a.b[2]', [4]],
    ['a.b[9]', []],
    ['a.c', []],
    ['"x.y".z', [null]],
  ])('%s leads to %j', (path, values) => {
    expect(valuesAt(payload(), parseJsonPath(path))).toEqual(values);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a[b]', 'a[-1]', '"a', 'a b', '[0]'])('%j is not a path', (path) => {
    expect(() => parseJsonPath(path)).toThrow(`Invalid json path: '${path}'`);
  });

  it('merge below a path and create missing objects', () => {
    const changed = payload();
    mergeAt(changed, parseJsonPath('a.b[0]'), { d: 5, c: null });
    mergeAt(changed, parseJsonPath('new.deep'), { e: 6 });
    expect(changed).toMatchObject({ a: { b: [{ d: 5 }, { c: [2, 3] }, 4] }, new: { deep: { e: 6 } } });
    expect(changed.a.b[0]).not.toHaveProperty('c');
  });

  it('remove keys and empty arrays, but no single elements', () => {
    const changed = payload();
    removeAt(changed, parseJsonPath('a.b[2]'));
    expect(changed).toEqual(payload());
    removeAt(changed, parseJsonPath('a.b[].c'));
    expect(changed.a.b).toEqual([{}, {}, 4]);
    removeAt(changed, parseJsonPath('a.b[]'));
    removeAt(changed, parseJsonPath('"x.y".z'));
    expect(changed).toEqual({ a: { b: [] }, 'x.y': {} });
  });
});

describe('text indexes', () => {
  it('split words at all characters except letters and digits', () => {
    expect(tokenize("It's 1979, Élan co-op!", tokenizerOf(undefined))).toEqual(['it', 's', '1979', 'élan', 'co', 'op']);
    expect(tokenize('A b-c  D', tokenizerOf({ tokenizer: 'whitespace', lowercase: false }))).toEqual(['A', 'b-c', 'D']);
    expect(tokenize('a bb ccc', tokenizerOf({ min_token_len: 2, max_token_len: 2 }))).toEqual(['bb']);
  });

  it('match the beginnings of words with the prefix tokenizer', () => {
    const tokenizer = tokenizerOf({ tokenizer: 'prefix' });
    expect(matchesTokens(['Treasury bonds'], 'text', 'trea bon', tokenizer)).toBe(true);
    expect(matchesTokens(['Treasury bonds'], 'text', 'sury', tokenizer)).toBe(false);
  });
});

describe('the router', () => {
  const route = (path: string) => ({ method: 'GET' as const, path, answer: () => path });
  const router = new Router([route('/'), route('/c/{name}'), route('/c/aliases'), route('/c/{name}/p/{id}')]);
  const find = (path: string) => {
    const found = router.find('GET', path);
    return found && [found.route.path, found.path];
  };

  it('prefers literal paths, decodes names and ignores surplus slashes', () => {
    expect(find('/')).toEqual(['/', {}]);
    expect(find('/c/aliases')).toEqual(['/c/aliases', {}]);
    expect(find('/c/a%2Fb%20c/')).toEqual(['/c/{name}', { name: 'a/b c' }]);
    expect(find('//c/x//p/1')).toEqual(['/c/{name}/p/{id}', { name: 'x', id: '1' }]);
    expect(find('/d')).toBeUndefined();
    expect(router.find('POST', '/c/aliases')).toBeUndefined();
  });
});
