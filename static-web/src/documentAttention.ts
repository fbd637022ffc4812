import type { Attention } from './polling';

/** The page counts as watched while the browser shows this tab. */
export const documentAttention: Attention = {
  isHidden: () => document.visibilityState === 'hidden',
  onChange(listener) {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
};
