import { useCallback, useEffect, useState } from 'preact/hooks';

const EVERY_MS = 15_000;

/** Read from the service now, every quarter of a minute while the page is seen, and on demand. */
export function usePolled<T>(read: () => Promise<T>, inputs: readonly unknown[] = []): { value: T | null; trouble: string | null; again: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [count, setCount] = useState(0);
  const again = useCallback(() => setCount((n) => n + 1), []);
  useEffect(() => {
    let current = true;
    read().then(
      (next) => current && (setValue(() => next), setTrouble(null)),
      (error: Error) => current && setTrouble(error.message),
    );
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [...inputs, count]);
  return { value, trouble, again };
}
