import { get, getPath, isOff, items, propertiesOf, type Setting, text, wholeResource } from "../evaluate/setting.ts";
import type { Resource, Template } from "../template/template.ts";
import { perObject } from "./lazy.ts";

/** A CloudTrail trail or event data store. */
export interface Trail {
  template: Template;
  resource: Resource;
  id: string;
  kind: "Trail" | "Event data store";
  /** The resource's `Properties`. */
  located: Setting;
  /** Lists as written; a trail has one or the other, an event data store only the advanced ones. */
  eventSelectors: readonly Setting[];
  advancedEventSelectors: readonly Setting[];
  /** Does any selector ask for data events of DynamoDB tables? "unknown" where one cannot be told. */
  recordsTableData: "yes" | "no" | "unknown";
}

const TABLE_TYPE = "AWS::DynamoDB::Table";

export const trailsOf = perObject((template: Template): readonly Trail[] =>
  [...template.resources.values()]
    .filter(({ type }) => type === "AWS::CloudTrail::Trail" || type === "AWS::CloudTrail::EventDataStore")
    .map((resource) => {
      const properties = propertiesOf(template, resource);
      const property = (key: string) => properties.flatMap((each) => get(each, key));
      const eventSelectors = property("EventSelectors");
      const advancedEventSelectors = property("AdvancedEventSelectors");
      return {
        template,
        resource,
        id: resource.logicalId,
        kind: resource.type === "AWS::CloudTrail::Trail" ? "Trail" : "Event data store",
        located: properties[0] ?? wholeResource(template, resource),
        eventSelectors,
        advancedEventSelectors,
        recordsTableData: strongest([
          ...eventSelectors.flatMap(items).map(basicSelector),
          ...advancedEventSelectors.flatMap(items).map(advancedSelector),
        ]),
      };
    }),
);

type Answer = Trail["recordsTableData"];

function strongest(answers: readonly Answer[]): Answer {
  return answers.includes("yes") ? "yes" : answers.includes("unknown") ? "unknown" : "no";
}

function basicSelector(selector: Setting): Answer {
  if (selector.value.kind !== "map") return "unknown";
  const types = get(selector, "DataResources")
    .flatMap(items)
    .flatMap((resource) => get(resource, "Type"));
  return strongest(
    types.map(
      (type): Answer =>
        text(type) === undefined ? (isOff(type) ? "no" : "unknown") : text(type) === TABLE_TYPE ? "yes" : "no",
    ),
  );
}

/** Data events with `resources.type` equal to a table. Source: CloudTrail advanced event selectors. */
function advancedSelector(selector: Setting): Answer {
  if (selector.value.kind !== "map") return "unknown";
  const fields = get(selector, "FieldSelectors").flatMap(items);
  const types = fields.filter((field) => get(field, "Field").some((name) => text(name) === "resources.type"));
  const values = types.flatMap((field) => getPath(field, "Equals")).flatMap(items);
  return strongest(
    values.map((value): Answer => (text(value) === undefined ? "unknown" : text(value) === TABLE_TYPE ? "yes" : "no")),
  );
}
