import type { VNode } from 'preact';
import { useContext, useState } from 'preact/hooks';
import { codeRules, minded } from '../grade/code-rules';
import { DEFECT_CLASSES, type DefectClass, type FoundDefect } from '../piece/reinspection';
import type { ExportStandard } from '../piece/standard';
import { defectName, severityName } from '../words/catalogue';
import { LanguageContext, useSay } from '../words';

interface FoundDefectsProps {
  readonly standard: ExportStandard;
  readonly defects: readonly FoundDefect[];
  readonly onChange: (defects: readonly FoundDefect[]) => void;
}

/** What a person found: each defect with its class. The standard proposes the class; the person's counts. */
export function FoundDefects({ standard, defects, onChange }: FoundDefectsProps): VNode {
  const say = useSay();
  const language = useContext(LanguageContext);
  const [code, setCode] = useState('');
  const [chosen, setChosen] = useState<DefectClass>('major');
  const rules = [...codeRules(standard).values()].filter(minded);
  const named = rules.map((rule) => ({ rule, name: defectName(language, rule.code) })).sort((a, b) => a.name.localeCompare(b.name, language));
  const choose = (next: string): void => {
    setCode(next);
    const severity = rules.find((rule) => rule.code === next)?.severity;
    setChosen(DEFECT_CLASSES.find((each) => each === severity) ?? 'major');
  };
  return (
    <section class="card" aria-labelledby="found-title">
      <h2 id="found-title">{say('again.defects')}</h2>
      {defects.length === 0 && <p class="soft">{say('again.defects.none')}</p>}
      <ul class="plain">
        {defects.map((defect, index) => (
          <li key={index} class="found" data-defect={defect.code}>
            <span>{defectName(language, defect.code)} · {severityName(language, defect.defect_class)}</span>
            <button type="button" class="link" aria-label={`${say('again.defects.remove')}: ${defectName(language, defect.code)}`} onClick={() => onChange(defects.filter((_, other) => other !== index))}>
              {say('again.defects.remove')}
            </button>
          </li>
        ))}
      </ul>
      <label>
        {say('again.defects.which')}
        <select name="defect" value={code} onChange={(e) => choose(e.currentTarget.value)}>
          <option value="">–</option>
          {named.map(({ rule, name }) => <option key={rule.code} value={rule.code}>{name}</option>)}
        </select>
      </label>
      {code !== '' && (
        <>
          <label>
            {say('again.defects.class')}
            <select name="class" value={chosen} onChange={(e) => setChosen(e.currentTarget.value as DefectClass)}>
              {DEFECT_CLASSES.map((each) => <option key={each} value={each}>{severityName(language, each)}</option>)}
            </select>
          </label>
          <button type="button" onClick={() => (onChange([...defects, { code, defect_class: chosen }]), setCode(''))}>{say('again.defects.add')}</button>
        </>
      )}
    </section>
  );
}
