/** Tells every screen, in every tab, that something in the store has changed. */
import { useEffect, useState } from 'preact/hooks';

type Listener = () => void;

const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('anyaman-qc');
if (channel !== null) channel.onmessage = () => listeners.forEach((listener) => listener());

/** Say that the store has changed. */
export function changed(): void {
  listeners.forEach((listener) => listener());
  channel?.postMessage('changed');
}

/** Call `listener` on every change; returns the way to stop. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Read from the store, and again on every change. Null until the first read is done. */
export function useLive<T>(read: () => Promise<T>, inputs: readonly unknown[] = []): T | null {
  const [value, setValue] = useState<T | null>(null);
  useEffect(() => {
    let current = true;
    let reading = 0;
    const refresh = (): void => {
      const mine = ++reading;
      void read().then((next) => current && mine === reading && setValue(() => next));
    };
    refresh();
    const stop = onChange(refresh);
    return () => {
      current = false;
      stop();
    };
  }, inputs);
  return value;
}
