import { createApi } from './api';
import { startShell } from './shell';

const root = document.querySelector('#app');
if (root) startShell(createApi(), root);
