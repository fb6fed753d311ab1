"""The database itself refuses to change or forget what happened."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION trading_decisions_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('forecourt.may_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'trading_decision is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER trading_decisions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trading_decision
    FOR EACH STATEMENT EXECUTE FUNCTION trading_decisions_are_append_only();
"""
UNDO = """
DROP TRIGGER trading_decisions_are_append_only ON trading_decision;
DROP FUNCTION trading_decisions_are_append_only();
"""


class Migration(migrations.Migration):
    """Guards the table by a trigger; only a test database may be emptied."""

    dependencies = [("trading", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
