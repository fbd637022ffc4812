import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../../static-web');
const configuration = JSON.parse(readFileSync(join(folder, 'public/staticwebapp.config.json'), 'utf8')) as {
  globalHeaders: Record<string, string>;
  navigationFallback: { rewrite: string; exclude: string[] };
};
const policy = new Map(
  (configuration.globalHeaders['Content-Security-Policy'] ?? '').split(';').map((directive) => {
    const [name = '', ...sources] = directive.trim().split(' ');
    return [name, sources.join(' ')];
  }),
);

it('allows nothing by default, and no inline or evaluated code anywhere', () => {
  expect(policy.get('default-src')).toBe("'none'");
  expect(policy.get('script-src')).toBe("'self'");
  expect(policy.get('style-src')).toBe("'self'");
  expect(policy.get('connect-src')).toBe("'self'");
  expect([...policy.values()].join(' ')).not.toMatch(/unsafe|http|\*|data:/);
});

it.each(['index.html', '404.html'])('%s has no inline script, style or handler, and no address elsewhere', (name) => {
  const page = readFileSync(join(folder, name), 'utf8');
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|https?:|="\/\//i);
  for (const [script] of page.matchAll(/<script[^>]*>[^<]*/gi)) expect(script).toMatch(/src="\/[^"]+">$/);
});

it('never answers an API call or a missing asset with the page', () => {
  expect(configuration.navigationFallback.rewrite).toBe('/index.html');
  expect(configuration.navigationFallback.exclude).toEqual(expect.arrayContaining(['/api/*', '/assets/*']));
});
