import { describe, expect, test } from "vitest";
import { describePath } from "../../../core/evaluate/path.ts";
import { trailsOf } from "../../../core/model/trails.ts";
import { projectOf, templateOf } from "./support.ts";

const BASIC = '{ DataResources: [{ Type: "AWS::DynamoDB::Table", Values: ["arn:aws:dynamodb"] }] }';
const ADVANCED =
  '{ FieldSelectors: [{ Field: eventCategory, Equals: [Data] }, { Field: resources.type, Equals: ["AWS::DynamoDB::Table"] }] }';

/** `answer @ branch` per recording of every trail. */
function recordings(properties: string, type = "AWS::CloudTrail::Trail", attributes = ""): string[] {
  const text = `Parameters:
  P: { Type: String }
Conditions:
  A: !Equals [!Ref AWS::Region, eu-west-1]
  B: !Equals [!Ref AWS::AccountId, "1"]
Resources:
  T:
    Type: ${type}
${attributes}    Properties: { ${properties} }
`;
  return trailsOf(templateOf(projectOf(text))).flatMap(({ recordings }) =>
    recordings.map(({ recordsTableData, when }) => {
      const branch = describePath(when);
      return branch ? `${recordsTableData} @ ${branch}` : recordsTableData;
    }),
  );
}

describe("selectors", () => {
  test.each([
    ["", ["no"]],
    [`EventSelectors: [${BASIC}]`, ["yes"]],
    [`EventSelectors: [{}, ${BASIC}]`, ["yes"]],
    ["EventSelectors: [{}]", ["no"]],
    [`EventSelectors: ${BASIC}`, ["yes"]],
    ["EventSelectors: [{ DataResources: [{ Type: AWS::Lambda::Function }, {}] }]", ["no"]],
    ["EventSelectors: [{ DataResources: [{ Type: !Ref P }] }]", ["unknown"]],
    ["EventSelectors: !Ref P", ["unknown"]],
    [`EventSelectors: [!Ref P, ${BASIC}]`, ["yes"]],
    [`AdvancedEventSelectors: [${ADVANCED}]`, ["yes"]],
    [`AdvancedEventSelectors: [${ADVANCED.replace("Data", "Management")}]`, ["no"]],
    [`AdvancedEventSelectors: [${ADVANCED.replace("Table", "Stream")}]`, ["no"]],
    [`AdvancedEventSelectors: [${ADVANCED.replace("[Data]", "[!Ref P]")}]`, ["yes"]],
    [`AdvancedEventSelectors: [${ADVANCED.replace("Equals: [Data]", "NotEquals: [Data]")}]`, ["no"]],
    ["AdvancedEventSelectors: [{ FieldSelectors: [!Ref P] }]", ["unknown"]],
    ["EventSelectors: 1", ["unknown"]],
  ])("%s", (properties, expected) => {
    expect(recordings(properties)).toEqual(expected);
  });

  test("of stores that are about something else are left out", () => {
    const store = (category: string) =>
      recordings(
        `AdvancedEventSelectors: [{ FieldSelectors: [{ Field: eventCategory, Equals: [${category}] }] }]`,
        "AWS::CloudTrail::EventDataStore",
      );
    expect(store("ConfigurationItem")).toEqual([]);
    expect(store("Evidence")).toEqual([]);
    expect(store("Insight")).toEqual(["no"]);
    expect(store("NetworkActivity")).toEqual(["no"]);
    expect(store("!Ref P")).toEqual(["no"]);
  });
});

describe("branches", () => {
  test("are told apart", () => {
    expect(recordings(`EventSelectors: !If [A, [${BASIC}], !Ref AWS::NoValue]`)).toEqual([
      "yes @ A is true",
      "no @ A is false",
    ]);
    expect(recordings(`EventSelectors: [!If [A, ${BASIC}, !Ref AWS::NoValue]]`)).toEqual([
      "yes @ A is true",
      "no @ A is false",
    ]);
    expect(
      recordings(
        `EventSelectors: !If [A, [${BASIC}], !Ref AWS::NoValue], AdvancedEventSelectors: !If [B, [${ADVANCED}], !Ref AWS::NoValue]`,
      ),
    ).toEqual([
      "yes @ A is true and B is true",
      "yes @ A is true and B is false",
      "yes @ A is false and B is true",
      "no @ A is false and B is false",
    ]);
  });

  test("of the resource's own condition are implied", () => {
    expect(
      recordings(`EventSelectors: !If [A, [${BASIC}], !Ref AWS::NoValue]`, undefined, "    Condition: A\n"),
    ).toEqual(["yes"]);
  });
});

test("other resources are no trails", () => {
  expect(recordings("", "AWS::CloudTrail::Channel")).toEqual([]);
});
