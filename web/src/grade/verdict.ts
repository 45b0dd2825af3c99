/**
 * A verdict: evidence under a standard, the same as `qc/standards/verdict.py` gives. `best` is the grade from what is
 * certain, `worst` the grade if every doubt were a fault; where they differ a person looks.
 */
import { VIEWS, type Reason, type Status, type Verdict } from '../piece/record';
import type { Band, Counted, ExportStandard, GradeRule, Severity } from '../piece/standard';
import { notAssessable } from './assessable';
import { aboutChecks, fromChecks, outcomes, type CheckOutcome, type Checks } from './checks';
import { codeRules, minded, type CodeRule } from './code-rules';
import type { Evidence } from './evidence';
import { about, doubtsAboutPhotos, longestMm, OFF_THE_PIECE, retakes } from './photo-rules';
import { addTo, emptyTally, tallyCode, tolerated, type Excess, type Sighting, type Tally } from './tally';

interface Grading {
  readonly best: GradeRule;
  readonly worst: GradeRule;
  readonly reasons: readonly Reason[];
}

type Bands = Readonly<Record<string, Band>>;

/** Judge the evidence of one piece, and the hand checks recorded for it, under a standard. */
export function applyStandard(standard: ExportStandard, given: Evidence, checks: Checks, bands: Bands = given.bands): Verdict {
  const evidence = { ...given, photos: [...new Map(given.photos.map((photo) => [`${photo.view} ${photo.sha256}`, photo])).values()] };
  const results = outcomes(standard, checks);
  const checksMissing = [...results].filter(([name, result]) => result === 'missing' && standard.checks[name]!.required).map(([name]) => name).sort();
  const woven = bands['woven'] ?? standard.bands.woven;
  const finish = (status: Status, grading: Grading | null, reasons: readonly Reason[]): Verdict => {
    const sorted = [...reasons].sort(byWorst);
    return {
      status,
      grade: status === 'graded' ? grading!.best.grade : null,
      best: grading?.best.grade ?? null,
      reasons: sorted,
      notAssessable: notAssessable(standard, evidence, results, sorted),
      checksMissing,
      standard: standard.name,
      model: evidence.model,
    };
  };
  const again = [...retakes(standard, evidence, woven)];
  if (again.length > 0) return finish('retake', null, again);
  const grading = gradeOf(standard, evidence, results, bands);
  const unsure = [...doubtsAboutPhotos(standard, evidence, woven)];
  let status: Status = 'graded';
  if (unsure.length > 0 || grading.best.grade !== grading.worst.grade) status = 'referred';
  else if (checksMissing.length > 0 && (grading.best.grade === 'A' || grading.best.grade === 'B')) status = 'awaiting_checks';
  return finish(status, grading, [...grading.reasons, ...unsure, ...aboutChecks(standard, checks, results, status !== 'graded')]);
}

/** A verdict with doubts that only the server can have, such as a photo that another piece has: a person looks. */
export function doubted(verdict: Verdict, doubts: readonly Reason[]): Verdict {
  if (doubts.length === 0 || verdict.status === 'retake') return verdict;
  return { ...verdict, status: 'referred', grade: null, reasons: [...verdict.reasons, ...doubts].sort(byWorst) };
}

function gradeOf(standard: ExportStandard, evidence: Evidence, results: ReadonlyMap<string, CheckOutcome>, bands: Bands): Grading {
  const longest = longestMm(standard);
  const { disjoint } = standard.views;
  const photos = evidence.photos.filter((photo) => !OFF_THE_PIECE.has(photo.view));
  const sightings = new Map<string, Sighting[]>();
  for (const photo of photos) {
    for (const detection of photo.detections) {
      sightings.set(detection.code, [...(sightings.get(detection.code) ?? []), { photo, detection, longestMm: longest }]);
    }
  }
  const { failed, cleared } = fromChecks(standard, results);
  const rules = codeRules(standard);
  const [certain, possible] = [emptyTally(), emptyTally()];
  const reasons: Reason[] = [];
  for (const code of [...new Set([...sightings.keys(), ...failed.keys()])].sort()) {
    const rule = rules.get(code);
    if (rule === undefined) throw new Error(`the taxonomy of this app does not know ${code}; update the app`);
    if (!minded(rule)) continue;
    const band = rule.band ?? bands[code] ?? standard.bands.default;
    const looked = (sightings.get(code) ?? []).filter((sighting) => !tolerated(sighting, rule));
    const sure = looked.filter(({ detection }) => detection.probability >= band.act);
    const unsure = looked.filter(
      ({ detection }) => band.refer <= detection.probability && detection.probability < band.act && !cleared.has(code),
    );
    const found = tallyCode(rule, sure, failed.get(code) ?? 0, disjoint);
    const suspected = tallyCode(rule, [...sure, ...unsure], failed.get(code) ?? 0, disjoint);
    addTo(certain, rule, found.counts);
    addTo(possible, rule, suspected.counts);
    sure.forEach((sighting, i) => reasons.push(...certainReason(rule, sighting, found.excesses[i]!, band)));
    unsure.forEach((sighting, i) => reasons.push(...doubtReason(rule, sighting, suspected.severities[sure.length + i]!, band)));
  }
  const whole = standard.bands.defect === null ? null : (bands['defect'] ?? standard.bands.defect);
  const suspicious = whole === null ? [] : photos.filter((photo) => photo.defect_probability >= whole.refer);
  if (suspicious.length > 0) suspectUnknownMajor(possible);
  for (const photo of suspicious) reasons.push(about(photo, 'doubt.whole_photo', { probability: photo.defect_probability, refer: whole!.refer }));
  const last = standard.grades.at(-1)!;
  return { best: gradeFor(standard, certain), worst: possible.hold > 0 ? last : gradeFor(standard, possible), reasons };
}

const COUNTED: readonly Counted[] = ['critical', 'major', 'minor', 'structural_major', 'mendable_major', 'unfixable'];

/** The first rule none of whose maxima is exceeded; the last rule has none, so there is always one. */
function gradeFor(standard: ExportStandard, tally: Tally): GradeRule {
  const fits = (rule: GradeRule): boolean => COUNTED.every((name) => tally[name] <= (rule[`max_${name}`] ?? Infinity));
  return standard.grades.find(fits)!;
}

/** A photo that looks defective as a whole may hide a major fault of any kind. */
function suspectUnknownMajor(tally: Tally): void {
  tally.minor++;
  tally.major++;
  tally.structural_major++;
  tally.mendable_major++;
}

const at = ({ photo, detection }: Sighting): Pick<Reason, 'view' | 'photo' | 'box'> => ({ view: photo.view, photo: photo.sha256, box: detection.box });

function* certainReason(rule: CodeRule, sighting: Sighting, excess: Excess | null, band: Band): Generator<Reason> {
  const severity = excess === null ? rule.severity : rule.beyond;
  if (severity === 'none') return;
  const { probability } = sighting.detection;
  const reason = { code: rule.code, severity, ...at(sighting) };
  const params = { probability, act: band.act };
  if (severity === 'hold') yield { ...reason, rule: 'doubt.hold', params: { probability } };
  else if (excess === null) yield { ...reason, rule: 'defect.found', params };
  else if (excess.limit === 'count') yield { ...reason, rule: 'defect.over_count', params: { ...params, count: excess.found, limit: excess.allowed } };
  else if (excess.limit === 'area_share') {
    yield { ...reason, rule: 'defect.over_area', params: { ...params, percent: 100 * excess.found, limit: 100 * excess.allowed } };
  } else {
    const [unit, scale] = excess.limit === 'length_mm' ? ['mm', 1] : ['%', 100];
    yield { ...reason, rule: 'defect.over_length', params: { ...params, length: scale * excess.found, limit: scale * excess.allowed, unit } };
  }
}

function* doubtReason(rule: CodeRule, sighting: Sighting, severity: Severity, band: Band): Generator<Reason> {
  if (severity === 'none') return;
  const params = { probability: sighting.detection.probability, refer: band.refer, act: band.act };
  yield { rule: 'doubt.defect', code: rule.code, severity, ...at(sighting), params };
}

const SEVERITIES: readonly (string | null)[] = ['critical', 'hold', 'major', 'minor', 'none', null];

/** Worst first, then by rule, code and place. */
function byWorst(one: Reason, other: Reason): number {
  const key = (reason: Reason): readonly (number | string)[] => [
    SEVERITIES.indexOf(reason.severity ?? null),
    reason.rule,
    reason.code ?? '',
    reason.view == null ? VIEWS.length : (VIEWS as readonly string[]).indexOf(reason.view),
    reason.photo ?? '',
  ];
  const [a, b] = [key(one), key(other)];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return 0;
}

