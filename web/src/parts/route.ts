/** Where in the app one is: the part of the address after `#`. */
import { useEffect, useState } from 'preact/hooks';

/** The parts of the address: `#/piece/123/photos` is ['piece', '123', 'photos']. */
export function useRoute(): readonly string[] {
  const [parts, setParts] = useState(read);
  useEffect(() => {
    const moved = (): void => {
      setParts(read());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return parts;
}

function read(): readonly string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
}

export function go(...parts: readonly string[]): void {
  location.hash = '/' + parts.map(encodeURIComponent).join('/');
}

/**
 * Remember where the person is, before something slow begins. The function that comes back goes on from there, unless
 * they have gone elsewhere meanwhile: nobody is pulled back by a save that took its time.
 */
export function goAfter(): typeof go {
  const from = location.hash;
  return (...parts) => {
    if (location.hash === from) go(...parts);
  };
}
