import { readFileSync } from 'node:fs';
import path from 'node:path';

interface LockedPackage {
  version?: string;
  link?: boolean;
  dev?: boolean;
  integrity?: string;
  resolved?: string;
  license?: string;
}

const root = path.resolve(__dirname, '../..');
const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
/** Packages of the registry: neither workspaces nor links to them. */
const fromRegistry = Object.entries(packages).filter(
  ([folder, { link }]) => folder.includes('node_modules/') && link !== true,
);

/** Licences that allow use, change and redistribution, and ask for no more than a notice. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
]);

/** Packages whose package.json has no SPDX licence: what it has, and what was read in the package itself. */
const READ_BY_HAND = [
  // The README.md has the text of the MIT licence. Used by parquetjs, for benchmarks only.
  { name: 'object-stream', version: '0.0.1', license: undefined },
  // The README.md puts it in the public domain. Used by Azurite, on a developer's machine only.
  { name: 'uri-templates', version: '0.2.0', license: 'http://geraintluff.github.io/tv4/LICENSE.txt' },
];

/** One allowed licence of an OR is enough, and an AND needs all. The licences of this tree have no nested parentheses. */
function isAllowed(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence)));
}

describe('package-lock.json', () => {
  it('has the integrity of every package, and no address to fetch it from', () => {
    expect(fromRegistry.length).toBeGreaterThan(500);
    const incomplete = fromRegistry.filter(
      ([, { integrity = '', resolved }]) => !/^sha512-[\w+/]{86}==$/.test(integrity) || resolved !== undefined,
    );
    expect(incomplete.map(([folder]) => folder)).toEqual([]);
  });

  it('has only production dependencies with an allowed licence', () => {
    const production = fromRegistry.filter(([, { dev }]) => dev !== true);
    expect(production.length).toBeGreaterThan(100);
    const others = production.flatMap(([folder, { version, license }]) =>
      license !== undefined && isAllowed(license)
        ? []
        : [{ name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length), version, license }],
    );
    expect(others).toEqual(READ_BY_HAND);
  });
});

describe('isAllowed', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['Apache-2.0 AND MIT', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only OR MIT AND AGPL-3.0-only', false],
    ['AGPL-3.0-only', false],
    ['', false],
  ])('of %p is %p', (expression, expected) => {
    expect(isAllowed(expression)).toBe(expected);
  });
});
