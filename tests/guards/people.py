"""Guards of teams, invitations, viewings, and the doors of pages."""

from __future__ import annotations

from tests.guards.guard import ACCOUNT_RACES, ASKING, Guard

INVITING = "marketplace/accounts/services/invitations.py"
TEAMWORK = "marketplace/accounts/services/teams.py"
VIEWING = "marketplace/accounts/services/viewings.py"
INVITATION_RACES = "tests/races/test_invitation_races.py"
VIEWING_PAGES = "portal/web/viewing.py"
VIEWING_TESTS = "tests/portal/web/staff/test_viewing.py"
INVITATIONS = "tests/marketplace/accounts/test_invitations.py"
TEAMS = "tests/marketplace/accounts/test_teams.py"
VIEWINGS = "tests/marketplace/accounts/test_viewings.py"

PEOPLE = (
    Guard(
        "the last owner stays",
        "parties that nobody can act for",
        "marketplace/parties/services/members.py",
        "        raise LastOwner()",
        "        pass",
        ("tests/marketplace/parties/test_members.py::test_the_last_owner_stays",),
    ),
    Guard(
        "a party's members change one at a time",
        "two owners who leave at once",
        "marketplace/parties/services/members.py",
        "    lock(membership.party_id)\n",
        "",
        (
            "tests/marketplace/parties/test_members.py"
            "::test_of_two_owners_who_leave_at_once_one_stays",
        ),
    ),
    Guard(
        "a door for a party opens to its members",
        "somebody who looks into another's showroom",
        "portal/access.py",
        "            parties_of(user)\n            .filter(party=",
        "            parties_of(user).model._default_manager.all()\n            .filter(party=",
        ("tests/portal/test_access.py::test_anybody_elses_showroom_does_not_exist",),
    ),
    Guard(
        "an analyst only reads",
        "changes by who may look",
        "portal/access.py",
        "not may_write(MemberRole(membership.role)):\n            raise PermissionDenied\n",
        "not may_write(MemberRole(membership.role)):\n            pass\n",
        ("tests/portal/test_access.py::test_an_analyst_reads_and_does_not_write",),
    ),
    Guard(
        "a team is changed by its owners",
        "managers who decide who is in the team",
        "portal/access.py",
        "self.member_role not in self.writing_roles:\n            raise PermissionDenied\n",
        "self.member_role not in self.writing_roles:\n            pass\n",
        ("tests/portal/test_access.py::test_every_member_reads_and_only_the_writing_role_writes",),
    ),
    Guard(
        "a hat that one no longer has falls off",
        "somebody who acts for a party that they have left",
        "portal/access.py",
        "    return next((hat for hat in hats if hat.party_id == chosen), next(iter(hats), None))",
        "    return next(iter(hats), None)",
        ("tests/portal/test_access.py::test_the_hat_is_the_chosen_one_or_else_the_first",),
    ),
    Guard(
        "nobody puts on another's hat",
        "somebody who acts for a party that is not theirs",
        "portal/web/account/hats.py",
        "        if hat is None:\n            raise Http404\n",
        "        if hat is None:\n            request.session[HAT_KEY] = asked\n"
        "            return SeeOther('/')\n",
        (
            "tests/portal/web/account/test_hats.py::test_nobody_wears_somebody_elses_hat",
            "tests/portal/web/account/test_hats.py::test_what_is_no_hat_of_mine_is_not_found",
        ),
    ),
    Guard(
        "the staff's doors are the staff's",
        "visitors who run jobs",
        "portal/access.py",
        "        if not user.is_staff:",
        "        if False:",
        (
            "tests/portal/matrix/test_roles.py"
            "::test_everybody_is_answered_as_declared[GET /staff/monitor/]",
        ),
    ),
    Guard(
        "an e-mail is claimed by one sender",
        "senders that send the same e-mail, or wait for each other",
        "marketplace/notices/services.py",
        ".select_for_update(skip_locked=True)",
        "",
        (
            "tests/marketplace/notices/test_sending_at_once.py"
            "::test_a_sender_passes_by_what_another_is_claiming",
        ),
    ),
    Guard(
        "a claimed e-mail waits out its lease",
        "an e-mail that is sent by two senders in a row",
        "marketplace/notices/services.py",
        "next_attempt_at=at + _LEASE",
        "next_attempt_at=at",
        (
            "tests/marketplace/notices/test_sending_at_once.py"
            "::test_several_senders_at_once_send_each_e_mail_once",
        ),
    ),
)

TEAM = (
    Guard(
        "only an owner invites",
        "members that no owner wanted",
        INVITING,
        "    require_owner(by, present)\n",
        "",
        (f"{INVITATIONS}::test_only_an_owner_of_the_party_invites_and_withdraws",),
    ),
    Guard(
        "only an owner withdraws",
        "invitations that others take back",
        INVITING,
        "    require_owner(by, lock(invitation.party_id))\n",
        "    lock(invitation.party_id)\n",
        (f"{INVITATIONS}::test_only_an_owner_of_the_party_invites_and_withdraws",),
    ),
    Guard(
        "who invites has a confirmed address",
        "letters from nobody",
        INVITING,
        "    require_confirmed_person(by)\n",
        "",
        (f"{INVITATIONS}::test_an_unconfirmed_owner_invites_nobody",),
    ),
    Guard(
        "a party invites one at a time",
        "two invitations to one address, and more than may wait",
        INVITING,
        "    present = lock(party.pk)\n",
        "    present = Party.objects.get(pk=party.pk)\n",
        (
            f"{INVITATION_RACES}::test_two_owners_who_invite_one_address_at_once_leave_one_invitation",
            f"{INVITATION_RACES}::test_two_owners_of_a_party_share_its_last_letter",
        ),
    ),
    Guard(
        "a party has few waiting invitations",
        "mail to many strangers in a showroom's name",
        INVITING,
        "        raise TooManyInvitations()",
        "        pass",
        (f"{INVITATIONS}::test_twenty_invitations_may_wait_for_a_party",),
    ),
    Guard(
        "a person invites one at a time",
        "letters that nobody counts, from as many showrooms as somebody opens",
        INVITING,
        "    lock_person(by)  # who owns several parties has no more letters than who owns one\n",
        "",
        (f"{INVITATION_RACES}" "::test_two_showrooms_of_one_owner_share_the_owners_last_letter",),
    ),
    Guard(
        "letters of invitation are counted",
        "mailboxes that are flooded in a showroom's name",
        INVITING,
        "    _require_patience(invitation, at)\n",
        "",
        (
            f"{INVITATIONS}"
            "::test_an_address_gets_three_letters_a_day_however_often_they_are_withdrawn",
            f"{INVITATIONS}"
            "::test_replacing_an_invitation_sends_three_letters_a_day_and_the_last_stays_good",
            f"{INVITATIONS}::test_a_party_sends_thirty_letters_a_day",
            "tests/portal/api/test_invitations.py"
            "::test_letters_to_an_address_end_and_say_when_they_go_on",
        ),
    ),
    Guard(
        "letters of all parties of one person are counted together",
        "mailboxes that are flooded in the name of many showrooms",
        INVITING,
        " | Q(invited_by=invitation.invited_by)",
        "",
        (f"{INVITATIONS}::test_who_opens_one_showroom_after_the_other_has_no_more_letters",),
    ),
    Guard(
        "letters of all owners of one party are counted together",
        "owners who send in turns",
        INVITING,
        "Q(party=invitation.party) | ",
        "",
        (f"{INVITATIONS}::test_a_party_sends_thirty_letters_a_day",),
    ),
    Guard(
        "an invitation is good once, and in time",
        "an invitation that was withdrawn, used, or found later",
        INVITING,
        "    if invitation.status != _WAITING or invitation.expires_at <= at:",
        "    if False:",
        (
            f"{INVITATIONS}::test_a_withdrawn_invitation_is_gone",
            f"{INVITATIONS}::test_an_invitation_lasts_seven_days",
        ),
    ),
    Guard(
        "an invitation is read again when the party is held",
        "an invitation that is withdrawn and accepted at once",
        INVITING,
        "    invitation.refresh_from_db()\n",
        "",
        (f"{ACCOUNT_RACES}::test_an_invitation_is_accepted_or_withdrawn_but_not_both",),
    ),
    Guard(
        "an invitation is for its address",
        "a forwarded link that lets anybody in",
        INVITING,
        "        raise InvitationForAnother()",
        "        pass",
        (
            f"{INVITATIONS}::test_an_invitation_is_for_whoever_reads_its_mail",
            f"{INVITATIONS}::test_an_address_that_changed_since_no_longer_counts",
        ),
    ),
    Guard(
        "an invitation needs a confirmed address",
        "somebody who only says that the address is his",
        INVITING,
        "    require_confirmed_person(user)\n",
        "",
        (f"{INVITATIONS}::test_an_invitation_is_for_whoever_reads_its_mail",),
    ),
    Guard(
        "only an owner gives roles",
        "a manager who makes himself the owner",
        TEAMWORK,
        "    require_owner(by, party)\n    present",
        "    present",
        (f"{TEAMS}::test_nobody_else_gives_roles",),
    ),
    Guard(
        "only an owner ends another's membership",
        "members who throw each other out",
        TEAMWORK,
        "        require_owner(by, party)\n",
        "        pass\n",
        (f"{TEAMS}::test_nobody_else_ends_a_membership",),
    ),
    Guard(
        "who gives a role is still an owner when the party is held",
        "an owner who was deposed and deposes others",
        TEAMWORK,
        "    party = lock(membership.party_id)\n    require_owner",
        "    party = membership.party\n    require_owner",
        (f"{ACCOUNT_RACES}::test_of_two_owners_who_depose_each_other_at_once_one_stays",),
    ),
    Guard(
        "who ends a membership is still an owner when the party is held",
        "an owner who was deposed and deposes others",
        TEAMWORK,
        "    party = lock(membership.party_id)\n    if by.pk",
        "    party = membership.party\n    if by.pk",
        (f"{ACCOUNT_RACES}::test_of_two_owners_who_depose_each_other_at_once_one_stays",),
    ),
)

VIEW = (
    Guard(
        "only administrators look through others' eyes",
        "anybody who looks into anybody's account",
        VIEWING,
        "    if not may_view(administrator) or not",
        "    if not",
        (f"{VIEWINGS}::test_only_administrators_look",),
    ),
    Guard(
        "nobody looks through an administrator's eyes",
        "staff that sees what only others of the staff may",
        VIEWING,
        " or not person.is_active or is_administrator(person):",
        " or not person.is_active:",
        (f"{VIEWINGS}::test_nobody_looks_through_the_eyes_of_staff_or_of_who_left",),
    ),
    Guard(
        "a viewing is its administrator's own",
        "somebody who uses another's viewing",
        ASKING,
        "pk=viewing_id, administrator=administrator,",
        "pk=viewing_id,",
        (f"{VIEWINGS}::test_a_viewing_is_its_administrators_own",),
    ),
    Guard(
        "a viewing ends",
        "an administrator who forgets that he is looking",
        ASKING,
        "ended_at=None, expires_at__gt=at)",
        "ended_at=None)",
        (f"{VIEWINGS}::test_an_administrator_looks_for_half_an_hour_and_it_stays_on_record",),
    ),
    Guard(
        "nothing is changed while one views as another",
        "administrators who act in a person's name",
        VIEWING_PAGES,
        "        if request.method not in READING:\n            return _refused_act(request)\n",
        "",
        (
            f"{VIEWING_TESTS}::test_every_kind_of_write_is_refused",
            "tests/portal/web/staff/test_viewing_api.py"
            "::test_the_api_refuses_writes_as_a_problem",
        ),
    ),
    Guard(
        "the database refuses to write while one views as another",
        "pages that write when they are read",
        VIEWING_PAGES,
        '                cursor.execute("SET TRANSACTION READ ONLY")\n',
        '                cursor.execute("SELECT 1")\n',
        (f"{VIEWING_TESTS}::test_a_page_that_would_write_when_it_is_read_is_refused",),
    ),
    Guard(
        "what guards an account is closed to whoever views as another",
        "administrators who see codes, sessions and second factors",
        VIEWING_PAGES,
        "        if request.path_info.startswith(CLOSED):",
        "        if False:",
        (f"{VIEWING_TESTS}::test_what_guards_the_account_is_not_even_seen",),
    ),
    Guard(
        "what is sent when a viewing is over is not done",
        "a person's form that is done in the administrator's name",
        VIEWING_PAGES,
        "            return _refusal(request, _OVER_TOO_LATE)\n",
        "            pass\n",
        (
            f"{VIEWING_TESTS}"
            "::test_what_was_sent_too_late_is_not_done_in_the_administrators_name",
        ),
    ),
    Guard(
        "forms of before and after a viewing are void",
        "a person's form that is sent in the administrator's name",
        "portal/web/staff/viewing.py",
        "        request.session.pop(VIEWING_KEY, None)\n        rotate_token(request)\n",
        "        request.session.pop(VIEWING_KEY, None)\n",
        (f"{VIEWING_TESTS}::test_forms_from_before_and_after_a_viewing_are_void",),
    ),
    Guard(
        "a viewing ends with its administrator's rights",
        "who is an administrator no longer, and looks on",
        ASKING,
        "    if not may_view(administrator):\n        return None\n",
        "",
        (f"{VIEWINGS}::test_a_viewing_ends_when_either_may_no_longer_take_part",),
    ),
    Guard(
        "a viewing ends when its person becomes an administrator",
        "staff that sees what only others of the staff may",
        ASKING,
        "person__is_active=True, person__is_staff=False, person__is_superuser=False",
        "person__is_active=True",
        (
            f"{VIEWINGS}::test_a_viewing_ends_when_either_may_no_longer_take_part",
            f"{VIEWING_TESTS}::test_it_ends_when_the_person_may_be_viewed_no_longer",
        ),
    ),
)
