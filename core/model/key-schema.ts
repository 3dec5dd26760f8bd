import { get, items, propertiesOf, type Setting, text } from "../evaluate/setting.ts";
import { perObject } from "../lazy.ts";
import type { Table } from "./tables.ts";

/** One attribute of a key, in its branch. */
export interface KeyAttribute {
  /** The attribute's name; its `when` is the branch in which the key has it. Not always a known text. */
  name: Setting;
  /** Undefined where it is not known. */
  type: "HASH" | "RANGE" | undefined;
}

export interface TableIndex {
  kind: "global" | "local";
  /** Its name, one per branch. */
  names: readonly Setting[];
  key: readonly KeyAttribute[];
}

/** The keys of a table and of its secondary indexes. A key that is not written, as of a replica of a table elsewhere, has no attributes. */
export interface TableKeys {
  key: readonly KeyAttribute[];
  indexes: readonly TableIndex[];
}

/** Of `AWS::DynamoDB::Table`, `AWS::DynamoDB::GlobalTable` (the properties are the same) and SAM's SimpleTable (without a key: `id`). */
export const keysOfTable = perObject(({ template, resource }: Table): TableKeys => {
  const properties = propertiesOf(template, resource);
  const indexes = (property: string, kind: TableIndex["kind"]) =>
    properties
      .flatMap((each) => get(each, property))
      .flatMap(items)
      .filter((index) => index.value.kind === "map")
      .map((index) => ({ kind, names: get(index, "IndexName"), key: keyOf(index) }));
  return {
    key: properties.flatMap(keyOf),
    indexes: [...indexes("GlobalSecondaryIndexes", "global"), ...indexes("LocalSecondaryIndexes", "local")],
  };
});

function keyOf(holder: Setting): KeyAttribute[] {
  return get(holder, "KeySchema")
    .flatMap(items)
    .flatMap((element) => get(element, "AttributeName").map((name) => ({ name, type: typeOf(element) })));
}

function typeOf(element: Setting): KeyAttribute["type"] {
  const [only, ...others] = get(element, "KeyType").map(text);
  return others.length === 0 && (only === "HASH" || only === "RANGE") ? only : undefined;
}
