import { expect, test } from "vitest";
import { inEnvironment } from "../../../core/cdk/environment.ts";
import { type Inputs, NO_INPUTS } from "../../../core/template/template.ts";

const parameters = new Map([["Stage", "prod"]]);
const IRELAND = { account: "111122223333", region: "eu-west-1" };

test.each<[string, Inputs, ReturnType<typeof inEnvironment>]>([
  ["binds what is not bound", { parameters }, { parameters, ...IRELAND }],
  [
    "leaves the account that is bound",
    { parameters, account: "444455556666" },
    { parameters, account: "444455556666", region: "eu-west-1" },
  ],
  [
    "leaves the region that is bound",
    { parameters, region: "us-east-1" },
    { parameters, account: "111122223333", region: "us-east-1" },
  ],
])("an environment %s", (_, inputs, bound) => {
  expect(inEnvironment(inputs, IRELAND)).toEqual(bound);
});

test("inputs stay the same object where an environment adds nothing", () => {
  const bound: Inputs = { parameters, account: "444455556666", region: "us-east-1" };
  expect(inEnvironment(bound, IRELAND)).toBe(bound);
  expect(inEnvironment(NO_INPUTS, {})).toBe(NO_INPUTS);
  expect(inEnvironment(NO_INPUTS, undefined)).toBe(NO_INPUTS);
});
