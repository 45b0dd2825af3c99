import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';

/** Choose a photo that is on the phone already. */
export function FromGallery({ label, onFile }: { label: string; onFile: (file: File) => void }): VNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="quiet" onClick={() => input.current!.click()}>{label}</button>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        tabIndex={-1}
        aria-label={label}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
