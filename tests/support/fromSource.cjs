// Lets a process or a worker run TypeScript without a build, as jest does with the tests themselves.
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (loaded, file) => {
  const { code } = transformFileSync(file, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
  });
  loaded._compile(code, file);
};
