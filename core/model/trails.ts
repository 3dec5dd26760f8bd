import { both, branchesUnder } from "../evaluate/branches.ts";
import type { Path } from "../evaluate/path.ts";
import {
  get,
  isAbsent,
  isUnknown,
  items,
  propertiesOf,
  type Setting,
  text,
  wholeResource,
} from "../evaluate/setting.ts";
import { perObject } from "../lazy.ts";
import type { Resource, Template } from "../template/template.ts";

/** A CloudTrail trail or event data store. */
export interface Trail {
  template: Template;
  resource: Resource;
  id: string;
  kind: "Trail" | "Event data store";
  /** The resource's `Properties`. */
  located: Setting;
  /** Whether it records data events of DynamoDB tables, in every branch that can hold. */
  recordings: readonly Recording[];
}

/** What the selectors of one branch say. */
export interface Recording {
  template: Template;
  when: Path;
  eventSelectors: Setting | undefined;
  advancedEventSelectors: Setting | undefined;
  /** Does any selector ask for data events of DynamoDB tables? "unknown" where one cannot be told. */
  recordsTableData: "yes" | "no" | "unknown";
}

const TABLE_TYPE = "AWS::DynamoDB::Table";

export const trailsOf = perObject((template: Template): readonly Trail[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === "AWS::CloudTrail::Trail" || type === "AWS::CloudTrail::EventDataStore")
    .map((resource): Trail => {
      const properties = propertiesOf(template, resource);
      const whole = wholeResource(template, resource);
      const property = (key: string) => properties.flatMap((each) => get(each, key));
      return {
        template,
        resource,
        id: resource.logicalId,
        kind: resource.type === "AWS::CloudTrail::Trail" ? "Trail" : "Event data store",
        located: properties[0] ?? whole,
        recordings: recordingsOf(whole, property("EventSelectors"), property("AdvancedEventSelectors")),
      };
    })
    .filter(({ recordings }) => recordings.length > 0),
);

/** A trail has selectors of one kind, an event data store only advanced ones. Stores of configuration items and the like are left out. */
function recordingsOf(whole: Setting, basic: readonly Setting[], advanced: readonly Setting[]): Recording[] {
  const { template } = whole;
  const basics = basic.flatMap(items).flatMap((selector) => answered(selector, basicSelector));
  const advanceds = advanced.flatMap(items).flatMap((selector) => answered(selector, advancedSelector));
  const answers = [...basics, ...advanceds];
  const paths = [...basic, ...advanced, ...answers].map(({ when }) => when);
  const branches = branchesUnder(template, whole.when, paths) ?? [];
  if (branches.length === 0)
    return [
      {
        template,
        when: whole.when,
        eventSelectors: basic[0],
        advancedEventSelectors: advanced[0],
        recordsTableData: "unknown",
      },
    ];
  return branches.flatMap((when): Recording[] => {
    const here = <T extends { when: Path }>(each: T) => both(template, when, each.when) !== undefined;
    const said = answers.filter(here).map(({ answer }) => answer);
    const [eventSelectors] = basic.filter(here);
    const [advancedEventSelectors] = advanced.filter(here);
    if (said.length > 0 && said.every((answer) => answer === "other")) return [];
    const recordsTableData = said.includes("yes") ? "yes" : said.includes("unknown") ? "unknown" : "no";
    return [{ template, when, eventSelectors, advancedEventSelectors, recordsTableData }];
  });
}

/** "other": not about events of the API at all. */
type Answer = "yes" | "no" | "unknown" | "other";

/** An answer per branch of a selector's own parts. */
function answered(selector: Setting, ask: (selector: Setting) => { when: Path; answer: Answer }[]) {
  if (selector.value.kind === "map") return ask(selector);
  return [{ when: selector.when, answer: "unknown" as const }];
}

function basicSelector(selector: Setting): { when: Path; answer: Answer }[] {
  const types = get(selector, "DataResources")
    .flatMap(items)
    .flatMap((resource) => get(resource, "Type"));
  const answers = types.map((type) => ({ when: type.when, answer: isAbsent(type) ? "no" : sayIfTable(type) }));
  return [{ when: selector.when, answer: "no" }, ...answers];
}

function sayIfTable(type: Setting): Answer {
  return text(type) === undefined ? "unknown" : text(type) === TABLE_TYPE ? "yes" : "no";
}

/** Data events with `resources.type` equal to a table. Source: CloudTrail advanced event selectors. */
function advancedSelector(selector: Setting): { when: Path; answer: Answer }[] {
  const fields = get(selector, "FieldSelectors").flatMap(items);
  const valuesOf = (wanted: string) =>
    fields
      .filter((field) => get(field, "Field").some((name) => text(name) === wanted))
      .flatMap((field) => get(field, "Equals"))
      .flatMap(items);
  const categories = valuesOf("eventCategory");
  const isEvents = categories.some(
    (category) => isUnknown(category) || /^(?:Management|Data|NetworkActivity|Insight)$/.test(text(category) ?? ""),
  );
  if (categories.length > 0 && !isEvents) return [{ when: selector.when, answer: "other" }];
  const isData = categories.some((category) => isUnknown(category) || text(category) === "Data");
  const answers = isData
    ? valuesOf("resources.type").map((type) => ({ when: type.when, answer: sayIfTable(type) }))
    : [];
  const unread = fields.filter(isUnknown).map(({ when }) => ({ when, answer: "unknown" as const }));
  return [{ when: selector.when, answer: "no" }, ...answers, ...unread];
}
