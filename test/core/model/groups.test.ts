import { describe, expect, test } from "vitest";
import { membershipsOf } from "../../../core/model/groups.ts";
import { principalsOf } from "../../../core/model/policies.ts";
import { projectOf } from "./support.ts";

/** `user: groups`; a group that depends on a condition with a question mark. */
function memberships(files: string | Record<string, string>): string[] {
  const project = projectOf(files);
  const users = project.templates.flatMap(principalsOf).filter(({ kind }) => kind === "user");
  return users.map((user) => {
    const groups = membershipsOf(project, user).map(
      ({ group, setting }) => group.resource.id + (setting.when.chosen.length > 0 ? "?" : ""),
    );
    return `${user.resource.id}: ${groups.join(" ")}`;
  });
}

const user = (properties = "", id = "Alice") => `  ${id}: { Type: AWS::IAM::User, Properties: { ${properties} } }\n`;
const group = (properties = "", id = "Team") => `  ${id}: { Type: AWS::IAM::Group, Properties: { ${properties} } }\n`;
const addition = (groupName: string, users: string) =>
  `  Addition: { Type: AWS::IAM::UserToGroupAddition, Properties: { GroupName: ${groupName}, Users: ${users} } }\n`;

describe("the groups of a user", () => {
  test.each([
    ["by reference", user("Groups: [!Ref Team]") + group()],
    ["as a lone value", user("Groups: !Ref Team") + group()],
    ["by name", user("Groups: [team]") + group("GroupName: team")],
    ["by an addition", user() + group() + addition("!Ref Team", "[!Ref Alice]")],
    ["by an addition of names", user("UserName: alice") + group("GroupName: team") + addition("team", "[alice]")],
  ])("%s", (_, resources) => {
    expect(memberships(`Resources:\n${resources}`)).toEqual(["Alice: Team"]);
  });

  test("over templates, by name", () => {
    expect(
      memberships({
        "a.yaml": `Resources:\n${user("Groups: [team]")}`,
        "b.yaml": `Resources:\n${group("GroupName: team")}`,
      }),
    ).toEqual(["Alice: Team"]);
  });

  test("under a condition", () => {
    const conditions = "Conditions:\n  A: !Equals [!Ref AWS::Region, eu-west-1]\n";
    expect(
      memberships(`${conditions}Resources:\n${user("Groups: [!If [A, !Ref Team, !Ref AWS::NoValue]]")}${group()}`),
    ).toEqual(["Alice: Team?"]);
  });

  test("none: another name, a name that two have, a role of that name, a reference to something else", () => {
    for (const resources of [
      user("Groups: [other]") + group("GroupName: team"),
      user("Groups: [team]") + group("GroupName: team") + group("GroupName: team", "Second"),
      `${user("Groups: [team]")}  Role: { Type: AWS::IAM::Role, Properties: { RoleName: team } }\n`,
      `${user("Groups: [!Ref Other]")}  Other: { Type: AWS::IAM::Role }\n`,
      user("Groups: { a: b }") + group(),
    ])
      expect(memberships(`Resources:\n${resources}`)).toEqual(["Alice: "]);
  });
});
