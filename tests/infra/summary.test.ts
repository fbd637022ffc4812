import { describeRendered, rendered } from '../support/infra/rendered';

// What each environment creates, so that a change shows up in a review. `npx jest --selectProjects infra -u` writes it again.

describeRendered.each(['staging', 'production'] as const)('the environment %s', (environment) => {
  it('creates these resources', () => {
    const lines = rendered(environment)
      .resources.filter(({ type }) => !/roleAssignments|diagnosticSettings/.test(type))
      .map(({ type, name }) => `${type.replace('Microsoft.', '')}: ${nameOf(name)}`);
    expect(`\n${lines.sort().join('\n')}\n`).toMatchSnapshot();
  });
});

/** Without the token, which depends on the subscription, and without generated names. */
function nameOf(name: string): string {
  return name
    .replace(/[a-z0-9]{13}(?=[-/']|$)/g, '<token>')
    .replace(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '<id>')
    .replace(/^\[.*'(privatelink\.\w+)\..*$/, '$1');
}
