import { useCallback, useEffect, useState } from 'preact/hooks';

const EVERY_MS = 15_000;
const readers = new Set<() => void>();

/** Read everything on the desk again: a step that was just taken shows in more than one place. */
export function lookAgain(): void {
  readers.forEach((read) => read());
}

/**
 * Read from the service now, every quarter of a minute while the page is seen, and on demand. What was read for other
 * inputs is never given: nobody decides on one piece while another one's photos are still on the screen.
 */
export function usePolled<T>(read: () => Promise<T>, inputs: readonly unknown[] = []): { value: T | null; trouble: Error | null; again: () => void } {
  const wanted = JSON.stringify(inputs);
  const [known, setKnown] = useState<{ readonly of: string; readonly value: T | null; readonly trouble: Error | null } | null>(null);
  const [count, setCount] = useState(0);
  const again = useCallback(() => setCount((n) => n + 1), []);
  useEffect(() => {
    let current = true;
    read().then(
      (value) => current && setKnown({ of: wanted, value, trouble: null }),
      (error: Error) => current && setKnown((before) => ({ of: wanted, value: before?.of === wanted ? before.value : null, trouble: error })),
    );
    readers.add(again);
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
      readers.delete(again);
    };
  }, [wanted, count]);
  const fresh = known?.of === wanted ? known : null;
  return { value: fresh?.value ?? null, trouble: fresh?.trouble ?? null, again };
}
