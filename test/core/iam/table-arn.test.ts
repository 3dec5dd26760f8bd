import { describe, expect, test } from "vitest";
import type { ArnText } from "../../../core/iam/arn.ts";
import { anyBelow, reachesBelow, tableArnOf, tableKeyOf } from "../../../core/iam/table-arn.ts";
import { showArn } from "../model/support.ts";

const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";
const HOLES: ArnText = [
  "arn:",
  { hole: "P" },
  ":dynamodb:",
  { hole: "R" },
  ":",
  { hole: "A" },
  ":table/",
  { hole: "Orders" },
];

describe("the table that an ARN belongs to", () => {
  test.each<[ArnText, string, string | undefined]>([
    [[ARN], ARN, "orders"],
    [[`${ARN}/index/by-date`], ARN, "orders"],
    [[`${ARN}/stream/*`], ARN, "orders"],
    [[ARN.replace("orders", "ord*")], ARN.replace("orders", "ord*"), undefined],
    [HOLES, "arn:<P>:dynamodb:<R>:<A>:table/<Orders>", "\0Orders\0"],
    [[...HOLES, "/index/*"], "arn:<P>:dynamodb:<R>:<A>:table/<Orders>", "\0Orders\0"],
    [["*"], "none", undefined],
    [["arn:aws:s3:::bucket"], "none", undefined],
    [[{ hole: "Table.Arn" }, "/index/*"], "none", undefined],
    [[{ hole: "Prefix" }, ":table/orders/index/x"], "<Prefix>:table/orders", "orders"],
  ])("%j", (arn, table, key) => {
    expect(showArn(tableArnOf(arn))).toBe(table);
    expect(tableKeyOf(arn)).toBe(key);
  });
});

test("any index of a table", () => {
  expect(showArn(anyBelow([ARN], "index"))).toBe(`${ARN}/index/<any index>`);
});

test.each([
  ["*", true, true],
  [`${ARN}`, false, false],
  [`${ARN}*`, true, true],
  [`${ARN}/*`, true, true],
  [`${ARN}/index/*`, true, false],
  [`${ARN}/stream/*`, false, true],
  ["arn:aws:s3:::bucket/*", false, false],
])("%s reaches indexes: %s, streams: %s", (arn, indexes, streams) => {
  expect(reachesBelow([arn], "index")).toBe(indexes);
  expect(reachesBelow([arn], "stream")).toBe(streams);
});
