import { get, items, propertiesOf, type Setting } from "../evaluate/setting.ts";
import { perObject } from "../lazy.ts";
import { type IamPrincipal, principalMeant, principalsOf } from "./policies.ts";
import type { Project } from "./project.ts";

/** A group in view that a user is in, and the entry that says so. */
export interface Membership {
  group: IamPrincipal;
  setting: Setting;
}

/** The groups of a user, by `AWS::IAM::User.Groups` and `AWS::IAM::UserToGroupAddition`. None for other principals. */
export function membershipsOf(project: Project, user: IamPrincipal): readonly Membership[] {
  return allMemberships(project).get(user) ?? [];
}

const allMemberships = perObject((project: Project): ReadonlyMap<IamPrincipal, readonly Membership[]> => {
  const found = new Map<IamPrincipal, Membership[]>();
  const add = (user: IamPrincipal | undefined, group: IamPrincipal | undefined, setting: Setting) => {
    if (user && group) found.set(user, [...(found.get(user) ?? []), { group, setting }]);
  };
  for (const template of project.templates) {
    for (const user of principalsOf(template)) {
      if (user.kind !== "user") continue;
      for (const setting of propertiesOf(template, user.resource)
        .flatMap((each) => get(each, "Groups"))
        .flatMap(items))
        add(user, principalMeant(project, setting, "group"), setting);
    }
    for (const resource of template.resources.values()) {
      if (resource.type !== "AWS::IAM::UserToGroupAddition") continue;
      for (const properties of propertiesOf(template, resource)) {
        const groups = get(properties, "GroupName").map((name) => principalMeant(project, name, "group"));
        for (const setting of get(properties, "Users").flatMap(items))
          for (const group of groups) add(principalMeant(project, setting, "user"), group, setting);
      }
    }
  }
  return found;
});
