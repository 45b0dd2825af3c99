declare module 'virtual:catalogues' {
  interface Bilingual {
    readonly en: string;
    readonly id: string;
  }
  interface Defect {
    readonly name: Bilingual;
    readonly hint: Bilingual;
    readonly severity: 'none' | 'minor' | 'major' | 'critical' | 'hold';
    readonly disposition: string;
    readonly structural: boolean;
    readonly photo: 'yes' | 'partly' | 'no';
    readonly views?: readonly string[];
    readonly model_channel: number | null;
  }
  /** The taxonomy, by defect code. */
  export const defects: Readonly<Record<string, Defect>>;
  export const sentences: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
