import { get, getPath, isAbsent, isUnknown, items, type Setting, text } from "../evaluate/setting.ts";
import { perObject } from "../lazy.ts";
import type { Table, TableCopy } from "./tables.ts";

/** A tag list under one branch: what IAM compares `aws:ResourceTag/…` with. */
export interface TagList {
  /** The property: a list, nothing, or unknown. */
  setting: Setting;
  tags: readonly Tag[];
  /** A tag of it, or all of it, is known only at deployment. */
  isPartlyUnknown: boolean;
}

export interface Tag {
  key: string;
  value: Setting;
}

/** `Tags` of a copy of a table, one list per branch. Source: CloudFormation, Tags of a Table and of each replica of a GlobalTable. */
export const tagsOfCopy = perObject(({ holders }: TableCopy): readonly TagList[] =>
  holders.flatMap((holder) => get(holder, "Tags")).map(readTags),
);

/** The tags of a copy's stream, which does not inherit the table's. Source: DynamoDB Developer Guide, ABAC with streams. */
export function tagsOfStream(table: Table, { holders }: TableCopy): readonly TagList[] {
  const property = table.kind === "GlobalTable" ? "ReplicaStreamSpecification" : "StreamSpecification";
  return holders.flatMap((holder) => getPath(holder, property, "Tags")).map(readTags);
}

function readTags(setting: Setting): TagList {
  const tags: Tag[] = [];
  let isPartlyUnknown = isUnknown(setting);
  for (const item of items(setting)) {
    const values = get(item, "Value").filter((each) => !isAbsent(each));
    for (const key of get(item, "Key")) {
      const name = text(key);
      if (name === undefined) isPartlyUnknown = true;
      else tags.push(...values.map((value) => ({ key: name, value })));
    }
  }
  return { setting, tags, isPartlyUnknown };
}

/** The tags with that key; IAM does not tell upper from lower case in it. Source: IAM User Guide, aws:ResourceTag. */
export function tagsNamed(list: TagList, key: string): readonly Tag[] {
  return list.tags.filter((tag) => tag.key.toLowerCase() === key.toLowerCase());
}
