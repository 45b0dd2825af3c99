import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { photo } from '../store/pieces';

/** Where a photo out of the phone's store may be shown from; null while it is read or when its bytes were freed. */
export function useStoredPhoto(record: string, sha256: string): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let current = true;
    void photo(record, sha256).then((stored) => {
      if (!current || stored === null) return;
      made = URL.createObjectURL(stored.blob);
      setUrl(made);
    });
    return () => {
      current = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [sha256]);
  return url;
}

/** A photo out of the phone's store. Shows nothing while it is read or when its bytes were freed. */
export function StoredImage({ record, sha256, alt, className = 'photo' }: { record: string; sha256: string; alt: string; className?: string }): VNode | null {
  const url = useStoredPhoto(record, sha256);
  return url === null ? null : <img src={url} alt={alt} class={className} />;
}
