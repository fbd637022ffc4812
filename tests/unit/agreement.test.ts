import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

// Compares places that must agree with each other.

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const all = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))].sort();

describe('docs/host-json.md', () => {
  it('explains every number of host.json with its value', () => {
    const text = read('docs/host-json.md');
    const leaves: [string, string][] = [];
    const visit = (value: unknown, name: string): void => {
      if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) visit(inner, key);
      } else if (typeof value === 'number' || /^\d\d:|^\[\d/.test(String(value))) {
        leaves.push([name, String(value)]);
      }
    };
    visit(JSON.parse(read('host.json')), '');
    expect(leaves.length).toBeGreaterThan(5);
    for (const [name, value] of leaves) {
      const row = text
        .split('\n')
        .find((line) => line.startsWith(`| \`${name === 'version' ? 'extensionBundle.version' : name}\``));
      expect(`${name}: ${row}`).toContain(`\`${value}\``);
    }
  });
});

describe.each([
  ['README.md', 10],
  ['CONTRIBUTING.md', 3],
  ['docs/claims.md', 30],
  ['docs/architecture.md', 4],
  ['docs/glossary.md', 1],
])('%s', (file, least) => {
  it('links to files that exist', () => {
    const links = all(read(file), /\]\((?!https?:)([^)#]+)\)/g);
    expect(links.length).toBeGreaterThanOrEqual(least);
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(file), link)));
    expect(missing).toEqual([]);
  });
});

describe('docs/claims.md', () => {
  it('names a test for each claim', () => {
    const rows = read('docs/claims.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !row.includes('](../tests/'))).toEqual([]);
  });
});

describe('README.md', () => {
  it('names commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = all(read('README.md'), /npm run ([\w:-]+)/g);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });
});
