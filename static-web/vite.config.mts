import { defineConfig } from 'vite';
import staticWebApp from './public/staticwebapp.config.json' with { type: 'json' };

// The Functions host: our local one and Core Tools' default differ only in who listens.
const functionsHost = 'http://127.0.0.1:7071';
const proxy = { '/api': { target: functionsHost, changeOrigin: true } };

export default defineConfig({
  server: { host: '127.0.0.1', proxy },
  // Preview sends the production headers, so that a page that breaks its own content security policy is seen here first.
  preview: { host: '127.0.0.1', proxy, headers: staticWebApp.globalHeaders },
  build: {
    target: 'es2022',
    sourcemap: true,
    // A data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', '404.html'] },
  },
});
