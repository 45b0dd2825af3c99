/// <reference types="vite/client" />
declare const __PRECACHE__: readonly { url: string; sha256: string }[];
