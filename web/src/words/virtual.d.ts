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
  type Named = Readonly<Record<string, string>>;
  export interface Catalogue {
    readonly decimal_mark: string;
    readonly any_view: string;
    readonly views: Named;
    readonly checks: Named;
    readonly kinds: Named;
    readonly materials: Named;
    readonly severities: Named;
    readonly reasons: Named;
  }
  /** The service's catalogues, by language. */
  export const catalogues: Readonly<Record<'en' | 'id', Catalogue>>;
}
