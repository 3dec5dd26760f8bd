import type { Located } from "../evaluate/setting.ts";
import { type ConditionTest, inStatement, type Statement } from "./statements.ts";

/** The key of a condition test, for findings about it: where it stands, in the branches of its values. */
export function atKey(statement: Statement, test: ConditionTest): Located {
  const { template, resource, path, missing } = statement.located;
  return {
    template,
    resource,
    missing,
    when: inStatement(statement, ...test.values.slice(0, 1)),
    place: test.keyPlace,
    path: [...path, "Condition", test.operator, test.key],
  };
}
