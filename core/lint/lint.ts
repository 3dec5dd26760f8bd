import { describePath, factsOf, simplify } from "../evaluate/path.ts";
import { satisfiable } from "../evaluate/satisfiable.ts";
import type { Located, Setting } from "../evaluate/setting.ts";
import { reasonOf } from "../evaluate/value.ts";
import type { Project } from "../model/project.ts";
import { viewOf } from "../model/view.ts";
import { positionAt } from "../syntax/source-text.ts";
import type { Template } from "../template/template.ts";
import { type Configuration, levelOf } from "./configuration.ts";
import type { Finding, Unknown } from "./finding.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Change, Fix } from "./fix.ts";
import { peerSuppressionsOf } from "./peer-suppressions.ts";
import type { Message, Report, Rule } from "./rule.ts";
import { covers, isExpired, type Suppression, suppressionsOf } from "./suppression.ts";

export interface LintResult {
  /** In the order of their places; suppressed ones included, marked. */
  findings: Finding[];
  /** What could not be told. */
  unknown: Unknown[];
  /** Rules that threw: a bug of ours, told once each. */
  failures: { rule: string; error: unknown }[];
}

/**
 * Runs the rules that the configuration leaves on over one template of a project. A template whose text is broken gets the findings about
 * that and no others, because its tree may be wrong. A rule that throws costs one notice, never the run.
 */
export function lintTemplate(
  project: Project,
  template: Template,
  rules: readonly Rule[],
  configuration: Configuration,
): LintResult {
  const result: LintResult = { findings: [], unknown: [], failures: [] };
  const broken = template.tree.problems.some((problem) => problem.severity === "error");
  const suppressions = broken ? [] : suppressionsOf(template);
  const runs = new Set(rules.filter((rule) => levelOf(rule, configuration) !== "off").map((rule) => rule.name));
  const view = viewOf(project, template, {
    suppressions,
    ruleNames: new Set(rules.map((rule) => rule.name)),
    runs: (rule) => runs.has(rule),
    today: configuration.today,
    values: configuration.values,
  });
  const run = (rule: Rule) => {
    const level = levelOf(rule, configuration);
    if (level === "off" || (broken && rule.topic !== "file")) return;
    const drafts: Draft[] = [];
    try {
      rule.check(view, reporter(rule, drafts, result.unknown));
    } catch (error) {
      result.failures.push({ rule: rule.name, error });
      return;
    }
    for (const finding of joinBranches(rule, drafts))
      result.findings.push(level ? { ...finding, severity: level } : finding);
  };
  for (const rule of rules) if (rule.topic !== "suppression") run(rule);
  if (configuration.inlineSuppressions) {
    suppress(result.findings, [...suppressions, ...(broken ? [] : peerSuppressionsOf(template, rules))], configuration);
    // Findings about suppressions can be suppressed too.
    for (const rule of rules) {
      if (rule.topic !== "suppression") continue;
      const before = result.findings.length;
      run(rule);
      suppress(result.findings.slice(before), suppressions, configuration);
    }
  }
  result.findings.sort(
    (a, b) =>
      a.place.start - b.place.start ||
      a.place.end - b.place.end ||
      compareText(a.rule, b.rule) ||
      compareText(a.message, b.message),
  );
  return result;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Draft {
  at: Located;
  message: Message;
}

function reporter(rule: Rule, drafts: Draft[], unknown: Unknown[]): Report {
  const untold = new Set<string>();
  const report = (at: Located, message: Message): void => {
    if (canBe(at)) drafts.push({ at, message });
  };
  const cannotTell = (at: Located | Setting, reason?: string): void => {
    const why = reason ?? ("value" in at ? reasonOf(at.value) : "it is evaluated at deployment");
    const key = `${at.place.start}\n${why}`;
    if (untold.has(key) || !canBe(at)) return;
    untold.add(key);
    unknown.push({
      rule: rule.name,
      template: at.template,
      place: at.place,
      reason: why,
      ...(at.resource && { resource: at.resource }),
    });
  };
  return Object.assign(report, { cannotTell });
}

/** Whatever a rule joins and compares, nothing is said about a branch that cannot hold. */
function canBe({ template, when }: Located): boolean {
  return satisfiable(template, factsOf(when)) !== "no";
}

/** One cause, one finding: drafts that differ only in their branch become one, whose branches are joined by "or". */
function joinBranches(rule: Rule, drafts: readonly Draft[]): Finding[] {
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const { at, message } = draft;
    const key = [
      at.resource?.logicalId,
      at.place.start,
      at.place.end,
      at.path.join("/"),
      at.missing.join("/"),
      message.severity,
      message.message,
    ].join("\n");
    const known = groups.get(key);
    if (known) known.push(draft);
    else groups.set(key, [draft]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [toFinding(rule, first, group)] : [];
  });
}

function branchesOf(group: readonly Draft[]): string | undefined {
  const branches = simplify(group.map(({ at }) => at.when)).map(describePath);
  return branches.includes(undefined) ? undefined : [...new Set(branches)].join(", or ");
}

/** What mends one branch is no repair of a finding that holds in several: what is proposed in each is put together. */
function fixesOf(group: readonly Draft[]): readonly Fix[] {
  const [first, ...others] = group.map(({ message }) => message.fixes ?? []);
  if (!first || others.length === 0) return first ?? [];
  return first.flatMap((fix): Fix[] => {
    const same = others.map((fixes) =>
      fixes.find(({ title, class: each }) => title === fix.title && each === fix.class),
    );
    const changes = [fix, ...same].flatMap((each) => each?.changes ?? []);
    const isEverywhere = same.every((each) => each !== undefined);
    return isEverywhere ? [{ ...fix, changes: changes.filter((each, index) => isFirst(each, index, changes)) }] : [];
  });
}

/** The same place is reached in several branches where a value outside it decides. */
function isFirst(change: Change, index: number, changes: readonly Change[]): boolean {
  return changes.findIndex((other) => sameChange(change, other)) === index;
}

function sameChange(a: Change, b: Change): boolean {
  return placeOf(a) === placeOf(b) && textOfChange(a) === textOfChange(b);
}

/** The node that a change edits. */
function placeOf(change: Change): unknown {
  if (change.kind === "resource") return change.logicalId;
  const { slot } = change.setting;
  return "replace" in slot ? slot.replace : "add" in slot ? slot.add : change.setting;
}

function textOfChange(change: Change): string {
  if (change.kind === "resource") return JSON.stringify([change.kind, change.body]);
  const { setting, ...rest } = change;
  return JSON.stringify([setting.missing, rest]);
}

function toFinding(rule: Rule, { at, message }: Draft, group: readonly Draft[]): Finding {
  const when = branchesOf(group);
  const defaults = [...new Set(group.flatMap((draft) => draft.at.when.defaults))];
  const told = when === undefined ? message.message : `When ${when}: ${message.message}`;
  const withDefaults = defaults.length > 0 ? `${told} (with the default of parameter ${defaults.join(", ")})` : told;
  const full = [...at.path, ...at.missing].join("/");
  return {
    rule: rule.name,
    topic: rule.topic,
    severity: message.severity ?? rule.severity,
    confidence: rule.confidence,
    message: withDefaults,
    template: at.template,
    place: at.place,
    ...(at.resource && { resource: at.resource }),
    path: at.path,
    ...(when !== undefined && { when }),
    related: message.related ?? [],
    fixes: fixesOf(group),
    fingerprint: fingerprint(at.template.file, rule.name, at.resource?.logicalId ?? "", full, when ?? ""),
  };
}

function suppress(findings: Finding[], suppressions: readonly Suppression[], configuration: Configuration): void {
  if (suppressions.length === 0) return;
  const byRule = new Map<string, Suppression[]>();
  for (const suppression of suppressions) {
    if (isExpired(suppression, configuration.today)) continue;
    const known = byRule.get(suppression.rule);
    if (known) known.push(suppression);
    else byRule.set(suppression.rule, [suppression]);
  }
  for (const finding of findings) {
    const { line } = positionAt(finding.template.source, finding.place.start);
    for (const suppression of byRule.get(finding.rule) ?? []) {
      if (!covers(suppression, finding.resource, line)) continue;
      suppression.used = true;
      finding.suppressed ??= { kind: suppression.kind, reason: suppression.reason, place: suppression.place };
    }
  }
}
