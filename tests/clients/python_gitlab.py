"""python-gitlab against a running server: its own calls for feature flags, and what they come to.

Run by scripts/test-clients, which says where the server is and whose token to use.
"""

import os

import gitlab

URL = os.environ["DUO_TEST_URL"]
FLAG = "python_gitlab_flag"


def connect(token):
    return gitlab.Gitlab(URL, private_token=token)


def refused(status, call):
    try:
        call()
    except gitlab.exceptions.GitlabError as error:
        assert error.response_code == status, error
        return error.error_message
    raise AssertionError(f"not refused with {status}")


def gates(feature):
    return {gate["key"]: gate["value"] for gate in feature.gates}


def people_and_groups(admin):
    paths = [group.full_path for group in admin.groups.list(iterator=True, per_page=2)]
    assert sorted(paths) == sorted(group.full_path for group in admin.groups.list(get_all=True)), paths
    assert "acme/platform" in paths
    acme = admin.groups.get("acme")
    assert admin.groups.get(acme.id).full_path == "acme"
    assert [group.path for group in acme.subgroups.list()] == ["platform"]
    below = acme.descendant_groups.list(get_all=True)
    assert {group.full_path for group in below} == {"acme/platform", "acme/platform/runtime"}
    projects = acme.projects.list(include_subgroups=True, get_all=True)
    assert {project.path_with_namespace for project in projects} == {"acme/website", "acme/platform/api"}
    assert admin.projects.get("acme/website").namespace["full_path"] == "acme"
    everywhere = admin.projects.list(iterator=True, pagination="keyset", order_by="id", per_page=1)
    assert len(list(everywhere)) == len(admin.projects.list(get_all=True))
    members = acme.members_all.list(get_all=True)
    assert ("owner", 50) in [(member.username, member.access_level) for member in members]
    assert acme.members.get(members[0].id).username == members[0].username
    (reviewer,) = admin.users.list(username="reviewer")
    assert admin.users.get(reviewer.id).state == "active"
    assert len(list(admin.users.list(iterator=True, pagination="keyset", order_by="id", per_page=2))) >= 6
    assert admin.personal_access_tokens.get("self").active
    assert acme.audit_events.list(get_all=True) is not None and admin.audit_events.list()[0].id > 0
    assert refused(404, lambda: admin.groups.get("nowhere")) == "404 Group Not Found"

    acme.duo_remote_flows_availability = False
    acme.save()
    assert admin.groups.get("acme").duo_remote_flows_enabled is False
    acme.duo_remote_flows_availability = True
    acme.visibility = "public"
    acme.save()
    assert [it["param"] for it in acme.ignored] == ["visibility"], acme.ignored
    acme.enabled_foundational_flows = ["code_review/v1"]
    assert "consents/code_review/wording" in refused(400, acme.save)


def member_levels(place):
    return {member.username: member.access_level for member in place.members.list(get_all=True)}


def changes(admin):
    """Groups, projects, members and users are made and changed, and what the server has is read anew."""
    top = admin.groups.create({"name": "Python", "path": "python"})
    sub = admin.groups.create({"name": "Sub", "path": "sub", "parent_id": top.id, "visibility": "public"})
    assert admin.groups.get("python/sub").visibility == "private"
    assert [it["param"] for it in sub.ignored] == ["visibility"], sub.ignored
    sub.name, sub.description = "Libraries", "What others build on"
    sub.path = "libraries"
    sub.save()
    read = admin.groups.get("python/libraries")
    assert (read.id, read.name, read.description) == (sub.id, "Libraries", "What others build on")
    top.name, top.duo_availability = "Python team", "default_off"
    top.save()
    read = admin.groups.get("python")
    assert (read.name, read.duo_availability) == ("Python team", "default_off")
    assert refused(400, lambda: admin.groups.create({"name": "Python", "path": "python"})).startswith("400 Bad request - path")

    other = admin.groups.create({"name": "Other", "path": "other"})
    sub.transfer(other.id)
    assert admin.groups.get(sub.id).full_path == "other/libraries"
    sub.transfer()
    assert admin.groups.get(sub.id).parent_id is None
    admin.http_post(f"/groups/{sub.id}/archive")
    assert admin.groups.get(sub.id).archived
    admin.http_post(f"/groups/{sub.id}/unarchive")
    assert not admin.groups.get(sub.id).archived
    other.share(sub.id, 30)
    assert [it["group_full_path"] for it in admin.groups.get(other.id).shared_with_groups] == ["libraries"]
    other.unshare(sub.id)
    assert admin.groups.get(other.id).shared_with_groups == []

    project = admin.projects.create({"name": "A tool", "namespace_id": top.id})
    assert admin.projects.get("python/a-tool").id == project.id
    project.description = "For everybody"
    project.save()
    assert admin.projects.get(project.id).description == "For everybody"
    project.transfer("other")
    assert admin.projects.get(project.id).path_with_namespace == "other/a-tool"
    project.archive()
    assert admin.projects.get(project.id).archived
    project.unarchive()
    project.share(sub.id, 30)
    assert [it["group_id"] for it in admin.projects.get(project.id).shared_with_groups] == [sub.id]
    project.unshare(sub.id)
    assert "full_path" in refused(400, project.delete)
    project.delete(full_path="other/a-tool")
    assert refused(404, lambda: admin.projects.get(project.id)) == "404 Project Not Found"

    user = admin.users.create(
        {"username": "guido", "name": "Guido", "email": "guido@example.com", "force_random_password": True}
    )
    assert refused(409, lambda: admin.users.create(
        {"username": "GUIDO", "name": "G", "email": "g@example.com", "reset_password": True}
    )) == "Username has already been taken"
    user.name = "Guido R."
    user.save()
    assert admin.users.get(user.id).name == "Guido R."
    member = top.members.create({"user_id": user.id, "access_level": 30, "expires_at": "2090-01-01"})
    assert member_levels(top)["guido"] == 30
    member.access_level = 40
    member.save()
    read = top.members.get(user.id)
    assert (read.access_level, read.expires_at) == (40, "2090-01-01")
    exists = refused(409, lambda: top.members.create({"user_id": user.id, "access_level": 30}))
    assert exists == "Member already exists"
    member.delete()
    assert "guido" not in member_levels(top)
    assert user.block() is True and admin.users.get(user.id).state == "blocked"
    assert user.unblock() is True and admin.users.get(user.id).state == "active"
    user.delete()
    assert refused(404, lambda: admin.users.get(user.id)) == "404 User Not Found"

    assert "full_path" in refused(400, top.delete)
    for group in [top, other, sub]:
        group.delete(full_path=admin.groups.get(group.id).full_path)
        assert refused(404, lambda: admin.groups.get(group.id)) == "404 Group Not Found"


def main():
    admin = connect(os.environ["DUO_TEST_ADMIN_TOKEN"])
    admin.auth()
    assert (admin.user.username, admin.user.state) == ("admin", "active")
    assert admin.version()[1] == "duo-console"
    people_and_groups(admin)
    changes(admin)
    features = admin.features
    assert features.list() == []

    on = features.set(FLAG, True)
    assert (on.name, on.state, gates(on)) == (FLAG, "on", {"boolean": True})
    off = features.set(FLAG, False)
    assert (off.state, gates(off)) == ("off", {"boolean": False})

    # What it has no argument for goes into the query.
    actors = features.set(FLAG, 42.5, key="percentage_of_actors")
    assert gates(actors) == {"boolean": False, "percentage_of_actors": 42.5}
    time = features.set(FLAG, 30)
    assert gates(time)["percentage_of_time"] == 30

    some = features.set(FLAG, True, user="reviewer", group="acme", project="acme/website")
    assert some.state == "conditional" and len(gates(some)["actors"]) == 3, some
    both = features.set(f"{FLAG}_of_two", True, user=["reviewer", "owner"])
    assert (both.state, len(gates(both)["actors"])) == ("conditional", 2), both
    features.delete(f"{FLAG}_of_two")
    assert "unheard_of" in refused(400, lambda: features.set(FLAG, True, unheard_of="owner"))
    staff = features.set(FLAG, True, feature_group="administrators")
    assert gates(staff)["groups"] == ["administrators"]
    out = features.set(FLAG, "opt_out", user="owner")
    assert sum(actor.endswith(":opt_out") for actor in gates(out)["actors"]) == 1

    assert refused(400, lambda: features.set(FLAG, True, user="nobody")) == "400 Bad request - nobody is not found!"
    # The example of its own documentation, which GitLab refuses too.
    assert "Cannot set" in refused(400, lambda: features.set(FLAG, 40, group="acme"))
    assert "mutually exclusive" in refused(
        400, lambda: features.set(FLAG, 40, user="owner", key="percentage_of_actors")
    )

    assert [feature.name for feature in features.list(get_all=True)] == [FLAG]
    assert [feature.name for feature in features.list(iterator=True)] == [FLAG]
    definitions = admin.http_list("/features/definitions")
    assert "duo_code_review_flow_priority" in [definition["name"] for definition in definitions]

    features.list()[0].delete()
    features.delete(FLAG)
    assert features.list() == []

    owner = connect(os.environ["DUO_TEST_OWNER_TOKEN"])
    assert refused(403, owner.features.list) == "403 Forbidden"
    assert refused(401, connect("duo-wrong").features.list) == "401 Unauthorized"
    print("python-gitlab", gitlab.__version__, "is understood")


main()
