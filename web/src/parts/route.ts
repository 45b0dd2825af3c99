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
