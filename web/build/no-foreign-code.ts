import type { Plugin } from 'vite';

/** Addresses of other sites from which a library would load code of its own when nobody told it otherwise. */
const CDN = /https:\/\/(?:[a-z]+\.)?(?:jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com)[^`"'\s]*/g;

/** Strike out what libraries would fetch from elsewhere: the app is whole, and the content security policy is strict. */
export function noForeignCode(): Plugin {
  return {
    name: 'no-foreign-code',
    renderChunk(code) {
      return CDN.test(code) ? { code: code.replaceAll(CDN, '/none'), map: null } : null;
    },
  };
}
