import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROUTES } from '../../functions/http/routes';
import { SETTING_NAMES } from '../../lib/config/settings';
import { codeGroups } from '../../lib/problems/codes';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/operations.md');
const all = (pattern: RegExp): string[] => [...new Set([...page.matchAll(pattern)].map((match) => match[1] ?? ''))];

// What the page tells people to type must exist.
describe('docs/operations.md', () => {
  it('has a procedure for each thing that operators do', () => {
    const procedures = [
      'Deploy',
      'Upgrade',
      'Roll back',
      'Restore a table',
      'Re-embed',
      'Rotate',
      'Region loss',
      'Erase',
    ];
    const headings = all(/^## (.+)$/gm);
    expect(procedures.filter((name) => !headings.some((heading) => heading.startsWith(name)))).toEqual([]);
  });

  it('names commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = all(/npm run ([\w:-]+)/g);
    expect(commands.length).toBeGreaterThan(4);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = all(/\]\((?!https?:|#)([^)#]+)/g);
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((link) => !existsSync(path.join(root, 'docs', link)))).toEqual([]);
  });

  it('names calls that the API has', () => {
    const calls = all(/((?:GET|POST) \/api\/[\w/]+)/g);
    const known = ROUTES.map((route) => `${route.method} /api/${route.path}`);
    expect(calls.length).toBeGreaterThan(2);
    expect(calls.filter((call) => !known.includes(call))).toEqual([]);
  });

  it('sets variables that the templates read, and names settings and codes of the app', () => {
    const variables = all(/azd env set (\w+)/g);
    const parameters = read('infra/main.parameters.json');
    expect(variables.filter((name) => !parameters.includes(`\${${name}`))).toEqual([]);
    const names = all(/`([A-Z][A-Z]+_[A-Z_]+)`/g);
    const hooks = read('infra/hooks/postdeploy.sh');
    const codes = codeGroups.flatMap((group) => Object.keys(group.codes));
    const known = (name: string) =>
      codes.includes(name) ||
      (SETTING_NAMES as string[]).includes(name) ||
      parameters.includes(name) ||
      hooks.includes(name);
    expect(names.filter((name) => !known(name))).toEqual([]);
  });
});
