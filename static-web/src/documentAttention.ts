import type { Attention } from './polling';

/** Someone is looking while the browser shows this tab. */
export const documentAttention: Attention = {
  isHidden: () => document.visibilityState === 'hidden',
  onChange(listener) {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
};
